"""How long is waited before upstream is tried again."""

from __future__ import annotations

import random

from boxd.upstream.backoff import Backoff

RULE = Backoff(first_s=2, longest_s=300)


def test_waits_double_up_to_the_longest() -> None:
    waits = [RULE.wait_s(failures, 0) for failures in range(1, 12)]
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]


def test_chance_takes_away_up_to_half() -> None:
    chances = [random.Random(1).random() for _ in range(1000)]
    waits = [RULE.wait_s(9, chance) for chance in chances]
    assert 150 <= min(waits) <= max(waits) <= 300


def test_upstream_may_ask_for_more_patience_but_not_for_ever() -> None:
    assert RULE.wait_s(1, 0.5, asked_s=60) == 60
    assert RULE.wait_s(1, 0.5, asked_s=10**9) == 300


def test_a_day_without_upstream_is_some_four_hundred_attempts() -> None:
    chance = random.Random(1)
    passed = attempts = 0.0
    while passed < 24 * 3600:
        attempts += 1
        passed += RULE.wait_s(int(attempts), chance.random())
    assert 280 < attempts < 450


def test_however_often_it_failed_the_wait_can_be_told() -> None:
    assert RULE.wait_s(10**6, 1) == 150
