"""How long somebody who guesses at a keypad waits for a hit, as docs/adr/0005 says.

Codes of eight digits, of which the last is a check digit: ten millions can be typed.
"""

from __future__ import annotations

import random

import pytest

from boxd.ledger.lockouts import BootClock, LockoutRule, WrongGuesses

RULE = LockoutRule(wrong_codes=5, first_s=30, longest_s=3600)  # as configured by default
POSSIBLE = 10_000_000
TYPING_S = 4.0
HOUR_S = 3600.0


def guesses_within(hours: float, given_out_per_hour: float) -> int:
    """How many codes can be tried at a keypad, between prizes that are given out to others.

    Each prize forgives one wrong code. The guesser keeps one below the lock while prizes are given
    out, and at a box where nobody else is, takes one lock after the other.
    """
    state, tried, now = WrongGuesses(), 0, 0.0
    while now < hours * HOUR_S:
        is_alone = not given_out_per_hour
        if state.wrong < RULE.wrong_codes - 1 or is_alone:
            state = state.with_another(RULE, BootClock("boot", now))
            tried += 1
            now += TYPING_S + state.lock_s
        else:
            now += HOUR_S / given_out_per_hour
            state = WrongGuesses(state.wrong - 1, state.level, 0, state.boot, state.until_s)
    return tried


@pytest.mark.parametrize(
    ("given_out_per_hour", "codes_out", "expected_hours"),
    [(0, 1_000, 2000), (0, 5_000, 400), (30, 1_000, 333), (30, 5_000, 67)],
)
def test_a_hit_takes_as_long_as_the_record_of_the_decision_says(
    given_out_per_hour: float, codes_out: int, expected_hours: float
) -> None:
    hours = 10_000
    per_hour = guesses_within(hours, given_out_per_hour) / hours
    assert POSSIBLE / codes_out / per_hour == pytest.approx(expected_hours, rel=0.1)


def test_guesses_hit_as_often_as_is_computed() -> None:
    dice = random.Random(5)
    codes = set(dice.sample(range(POSSIBLE), 5_000))
    waits = []
    for _ in range(200):
        tried = 1
        while dice.randrange(POSSIBLE) not in codes:
            tried += 1
        waits.append(tried)
    assert sum(waits) / len(waits) == pytest.approx(POSSIBLE / 5_000, rel=0.2)
