"""Touches become presses only where a finger can have meant them."""

from __future__ import annotations

import random

import pytest

from boxd.bays.touches import DEBOUNCE_S, IgnoredTouch, TouchFilter
from boxd.devices import Key, KeyTouch

STUCK_S = 10.0
Event = tuple[str, float]  # "+5" touched, "-5" released, and when

IMPOSSIBLE: dict[str, tuple[list[Event], list[Key | IgnoredTouch]]] = {
    "a touch and its release are one press": (
        [("+5", 0), ("-5", 0.1)],
        [Key.DIGIT_5, IgnoredTouch.RELEASED],
    ),
    "a press counts at the touch, held or not": ([("+Enter", 0)], [Key.ENTER]),
    "the same key twice is two presses": (
        [("+5", 0), ("-5", 0.1), ("+5", 0.2)],
        [Key.DIGIT_5, IgnoredTouch.RELEASED, Key.DIGIT_5],
    ),
    "a release without a touch is none": ([("-5", 0)], [IgnoredTouch.NOT_TOUCHED]),
    "a second release is none": (
        [("+5", 0), ("-5", 0.1), ("-5", 0.2)],
        [Key.DIGIT_5, IgnoredTouch.RELEASED, IgnoredTouch.NOT_TOUCHED],
    ),
    "chatter at the touch is none": (
        [("+5", 0), ("-5", 0.01), ("+5", 0.02), ("-5", 0.1)],
        [Key.DIGIT_5, IgnoredTouch.RELEASED, IgnoredTouch.BOUNCED, IgnoredTouch.RELEASED],
    ),
    "chatter at the release is none": (
        [("+5", 0), ("-5", 1), ("+5", 1.02), ("-5", 1.03)],
        [Key.DIGIT_5, IgnoredTouch.RELEASED, IgnoredTouch.BOUNCED, IgnoredTouch.RELEASED],
    ),
    "chatter of one key leaves another alone": (
        [("+5", 0), ("-5", 0.01), ("+6", 0.02)],
        [Key.DIGIT_5, IgnoredTouch.RELEASED, Key.DIGIT_6],
    ),
    "keys count in the order in which they went down, whatever is held": (
        [("+5", 0), ("+6", 0.1), ("+7", 0.15), ("-5", 0.2), ("-6", 0.3), ("+6", 0.4)],
        [
            Key.DIGIT_5,
            Key.DIGIT_6,
            Key.DIGIT_7,
            IgnoredTouch.RELEASED,
            IgnoredTouch.RELEASED,
            Key.DIGIT_6,
        ],
    ),
    "a touch after a lost release is a press": (
        [("+5", 0), ("+5", 0.3), ("-5", 0.4)],
        [Key.DIGIT_5, Key.DIGIT_5, IgnoredTouch.RELEASED],
    ),
    "a touch too soon for a lost release is chatter": (
        [("+5", 0), ("+5", 0.09)],
        [Key.DIGIT_5, IgnoredTouch.BOUNCED],
    ),
    "touches that never end are a misfiring pad": (
        [("+5", 0), ("+5", 0.3), ("+5", 0.6), ("+5", 0.9)],
        [Key.DIGIT_5, Key.DIGIT_5, IgnoredTouch.MISFIRED, IgnoredTouch.MISFIRED],
    ),
    "a stuck key takes no other along": (
        [("+5", 0), ("+6", 5), ("-6", 5.1), ("+6", 10.1)],
        [Key.DIGIT_5, Key.DIGIT_6, IgnoredTouch.RELEASED, Key.DIGIT_6],
    ),
    "a stuck key is ignored until it is released": (
        [("+5", 0), ("+5", 11), ("-5", 11.1), ("+5", 11.3)],
        [Key.DIGIT_5, IgnoredTouch.STUCK, IgnoredTouch.RELEASED, Key.DIGIT_5],
    ),
    "a clock that goes back makes no press": (
        [("+5", 5), ("-5", 5.1), ("+5", 1)],
        [Key.DIGIT_5, IgnoredTouch.RELEASED, IgnoredTouch.BOUNCED],
    ),
}


def _touch(event: Event) -> KeyTouch:
    return KeyTouch(Key(event[0][1:]), event[0][0] == "+", event[1])


@pytest.mark.parametrize(("events", "expected"), IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_possible_and_impossible_sequences(
    events: list[Event], expected: list[Key | IgnoredTouch]
) -> None:
    touches = TouchFilter(STUCK_S)
    assert expected == [touches.take(_touch(event)) for event in events]


def test_stuck_keys_are_named_while_they_are_held() -> None:
    touches = TouchFilter(STUCK_S)
    touches.take(KeyTouch(Key.DIGIT_7, touched=True, at=0))
    assert touches.stuck(now=9.9) == ()
    assert touches.stuck(now=10.1) == (Key.DIGIT_7,)
    touches.take(KeyTouch(Key.DIGIT_7, touched=False, at=12))
    assert touches.stuck(now=12) == ()


def test_after_a_reconnect_no_key_is_believed_held() -> None:
    touches = TouchFilter(STUCK_S)
    touches.take(KeyTouch(Key.DIGIT_7, touched=True, at=0))
    touches.forget()
    assert touches.take(KeyTouch(Key.DIGIT_8, touched=True, at=1)) is Key.DIGIT_8


def _random_touches(count: int) -> list[KeyTouch]:
    """Any key, touched or released, from at once to longer than a stuck key."""
    chance = random.Random(20261121)
    at, touches = 0.0, []
    for _ in range(count):
        at += chance.choice((0.0, 0.001, 0.02, 0.05, 0.09, 0.15, 0.3, 1.0, 11.0))
        touches.append(KeyTouch(chance.choice(tuple(Key)), chance.random() < 0.5, at))
    return touches


def test_a_hundred_thousand_random_events_never_type_by_themselves() -> None:
    touches = TouchFilter(STUCK_S)
    pressed_at: dict[Key, float] = {}
    touched_since_release: dict[Key, int] = {}
    presses_since_release: dict[Key, int] = {}
    presses = 0
    for touch in _random_touches(100_000):
        result = touches.take(touch)
        if not touch.touched:
            assert isinstance(result, IgnoredTouch)
            touched_since_release[touch.key] = presses_since_release[touch.key] = 0
            continue
        touched_since_release[touch.key] = touched_since_release.get(touch.key, 0) + 1
        if isinstance(result, IgnoredTouch):
            continue
        presses += 1
        assert result is touch.key
        assert touch.at - pressed_at.get(touch.key, -1) >= DEBOUNCE_S
        pressed_at[touch.key] = touch.at
        of_key = presses_since_release.get(touch.key, 0) + 1
        presses_since_release[touch.key] = of_key
        assert of_key <= min(2, touched_since_release[touch.key])
    assert presses > 1_000, "the filter must not be deaf either"


def test_a_keypad_left_alone_after_any_noise_takes_a_code_again() -> None:
    touches = TouchFilter(STUCK_S)
    noise = _random_touches(1_000)
    for touch in noise:
        touches.take(touch)
    at = noise[-1].at + STUCK_S + 1
    for key in Key:
        touches.take(KeyTouch(key, touched=False, at=at))
    for number, key in enumerate(Key):
        assert touches.take(KeyTouch(key, touched=True, at=at + 1 + number)) is key
        touches.take(KeyTouch(key, touched=False, at=at + 1.1 + number))
