"""What goes wrong on a device's line, counted by the hour, and what came and meant nothing."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from enum import StrEnum

HOUR_MINUTES = 60

RESET_AFTER_PULSE_S = 3.0
"""A coil that pulls its board's supply down does so at once; the board is back in two seconds."""


class LineFault(StrEnum):
    """One kind of fault; the value is its name for people."""

    BAD_FRAME = "bad frames"
    DROPPED = "dropped bytes"
    RETRY = "retries"
    RESET = "resets"
    RESET_AT_PULSE = "resets at a pulse"
    ECHO_MISSING = "echoes missing"
    STOLEN = "times that another program read its words"


Ignored = Callable[[str, str], None]
"""Takes what came, in words, and why it means nothing."""


class DeviceLine:
    """The line of one device; costs next to nothing while all is well."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._ever: Counter[LineFault] = Counter()
        self._by_minute: dict[int, Counter[LineFault]] = {}
        self._pulsed_at: float | None = None
        self._answered_at: float | None = None
        self._listeners: list[Ignored] = []

    def note(self, fault: LineFault, count: int = 1) -> None:
        """Count faults that have just happened."""
        self._ever[fault] += count
        minute = self._minute()
        self._by_minute.setdefault(minute, Counter())[fault] += count
        for old in [each for each in self._by_minute if each <= minute - HOUR_MINUTES]:
            del self._by_minute[old]

    def note_answer(self) -> None:
        """The device has answered what it was asked or sent."""
        self._answered_at = self._now()

    def has_answered_since(self, moment: float) -> bool:
        """Whether it has answered since `moment` (time.monotonic); what can't answer never has."""
        return self._answered_at is not None and self._answered_at >= moment

    def note_pulse(self) -> None:
        """A latch is being pulsed."""
        self._pulsed_at = self._now()

    def note_reset(self) -> None:
        """The device has restarted by itself."""
        self.note(LineFault.RESET)
        if self._is_after_a_pulse():
            self.note(LineFault.RESET_AT_PULSE)

    def note_return(self) -> None:
        """The device was gone and is back: by a person's hand, or restarted by its own pulse."""
        if self._is_after_a_pulse():
            self.note_reset()

    def last_hour(self) -> Mapping[LineFault, int]:
        """The faults of the last sixty minutes; none that did not happen."""
        oldest = self._minute() - HOUR_MINUTES
        recent = [counted for minute, counted in self._by_minute.items() if minute > oldest]
        return sum(recent, Counter())

    def ever(self) -> Mapping[LineFault, int]:
        """The faults since boxd started."""
        return self._ever

    def subscribe(self, listener: Ignored) -> None:
        """Call `listener` for everything that comes and means nothing."""
        self._listeners.append(listener)

    def ignore(self, what: str, why: str) -> None:
        """Something came that means nothing."""
        for listener in self._listeners:
            listener(what, why)

    def _is_after_a_pulse(self) -> bool:
        pulsed_at = self._pulsed_at
        return pulsed_at is not None and self._now() - pulsed_at <= RESET_AFTER_PULSE_S

    def _minute(self) -> int:
        return int(self._now() // 60)
