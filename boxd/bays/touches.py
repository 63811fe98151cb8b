"""From touches to key presses: bounces and impossible sequences are ignored, with reasons.

Capacitive pads misfire and boards are deaf during a pulse, so a touch may come without its release
and a release without its touch. A press counts at the touch, and only there.

People type with two fingers: the next key goes down before the last is let go. So keys count in
the order in which they went down, whatever else is held. What only a misfire can be is a fact of
the keypad: a finger between two capacitive pads touches both in one scan (`Keypad.one_scan_s`);
the ghost corner of a matrix never gets here (`gpio/matrix.py`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from boxd.devices import Key, KeyTouch

DEBOUNCE_S = 0.040
"""A pad chatters for some milliseconds; a finger needs longer to leave and come back."""

LOST_RELEASE_S = 0.100
"""A board is deaf for 100 ms during a pulse: only after that can a release have been lost."""


class IgnoredTouch(StrEnum):
    """Why a touch or a release is no key press; the value is for maintainers."""

    RELEASED = "the end of a touch"
    NOT_TOUCHED = "released without a touch"
    BOUNCED = "the same key too soon after itself"
    ONE_SCAN = "another key was touched in the same scan"
    STUCK = "the key is stuck"
    MISFIRED = "touched again and again without a release"


@dataclass
class _Hold:
    """A key that seems to be held. One press may follow whose release was lost, never a second."""

    since: float
    touched_again: bool = False


class TouchFilter:
    """Decides for each touch whether a key was pressed. Never more presses than touches.

    A touch of a key that seems to be held counts once: its release was lost. Its hold goes on from
    the first touch, so that a pad that fires without ever releasing ends up stuck instead of
    typing by itself.

    `one_scan_s` is the keypad's. A key that does not count for another reason, because it chatters
    or is stuck, takes no other key of its scan along.
    """

    def __init__(self, stuck_key_s: float, one_scan_s: float = 0.0) -> None:
        self._stuck_key_s = stuck_key_s
        self._one_scan_s = one_scan_s
        self._pressed: tuple[Key | None, float] = (None, -math.inf)  # the last press, and when
        self._holds: dict[Key, _Hold] = {}
        self._heard: dict[Key, float] = {}

    def take(self, touch: KeyTouch) -> Key | IgnoredTouch:
        """The key that this touch pressed, or why it is no press."""
        quiet_s = touch.at - self._heard.get(touch.key, -math.inf)
        self._heard[touch.key] = touch.at
        if not touch.touched:
            hold = self._holds.pop(touch.key, None)
            return IgnoredTouch.RELEASED if hold else IgnoredTouch.NOT_TOUCHED
        return self._touch(touch, quiet_s)

    def stuck(self, now: float) -> tuple[Key, ...]:
        """The keys that have been held for so long that they seem to be stuck."""
        return tuple(key for key in Key if self._is_stuck(key, now))

    def forget(self) -> None:
        """Treat every key as released: the board was away or deaf."""
        self._holds.clear()

    def _touch(self, touch: KeyTouch, quiet_s: float) -> Key | IgnoredTouch:
        if self._is_stuck(touch.key, touch.at):
            return IgnoredTouch.STUCK
        hold = self._holds.get(touch.key)
        if hold is None:
            self._holds[touch.key] = _Hold(touch.at)
        if quiet_s < (DEBOUNCE_S if hold is None else LOST_RELEASE_S):
            return IgnoredTouch.BOUNCED
        if hold is not None:
            if hold.touched_again:
                return IgnoredTouch.MISFIRED
            hold.touched_again = True
        if self._is_of_the_same_scan(touch):
            return IgnoredTouch.ONE_SCAN
        self._pressed = touch.key, touch.at
        return touch.key

    def _is_stuck(self, key: Key, now: float) -> bool:
        hold = self._holds.get(key)
        return hold is not None and now - hold.since > self._stuck_key_s

    def _is_of_the_same_scan(self, touch: KeyTouch) -> bool:
        key, at = self._pressed
        return key is not touch.key and abs(touch.at - at) < self._one_scan_s
