"""Events at the devices, for those who watch: touches, doors, lamps, sounds, pulses."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from boxd.devices import Key
from boxd.machine_clock import utc_now

HIDDEN_DIGIT = "digit"
"""Replaces a digit that may belong to a claim code."""


class What(StrEnum):
    """The kind of a device event."""

    KEY = "key"
    DOOR = "door"
    LATCH = "latch"
    FEEDBACK = "feedback"
    LAMP = "lamp"
    BUZZER = "buzzer"
    STATE = "state"
    IGNORED = "ignored"
    SCAN = "scan"


@dataclass(frozen=True)
class DeviceEvent:
    """One event: the part and device where it happened, and the result."""

    at: datetime
    device: str
    what: What
    part: str
    value: str
    why: str = ""

    def as_json(self) -> dict[str, str]:
        """The event as values for JSON."""
        return {
            "at": self.at.isoformat(timespec="milliseconds"),
            "device": self.device,
            "what": self.what.value,
            "part": self.part,
            "value": self.value,
            "why": self.why,
        }


Listener = Callable[[DeviceEvent], None]


class DeviceEvents:
    """Passes events on to its subscribers; costs next to nothing without any."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener`, which must not raise, for each event; returns how to stop this."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def tell(self, device: str, what: What, part: str, value: str, why: str = "") -> None:
        """Pass on an event that has just happened."""
        if self._listeners:
            event = DeviceEvent(utc_now(), device, what, part, value, why)
            for listener in tuple(self._listeners):
                listener(event)


def without_digits(event: DeviceEvent, keypads: Collection[str]) -> DeviceEvent:
    """The event without its digit, if it was typed at one of `keypads`."""
    if event.what is What.KEY and event.device in keypads and Key(event.part).is_digit:
        return replace(event, part=HIDDEN_DIGIT)
    return event
