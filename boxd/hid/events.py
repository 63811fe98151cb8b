"""The kernel's input events as bytes: `struct input_event` of include/uapi/linux/input.h."""

from __future__ import annotations

import struct
from dataclasses import dataclass

EV_SYN = 0x00
EV_KEY = 0x01
SYN_REPORT = 0
SYN_DROPPED = 3

PRESSED, RELEASED, REPEATED = 1, 0, 2

# Two longs for the time, in the processor's own size: 24 bytes on a 64-bit system, 16 on another.
_LAYOUT = struct.Struct("@llHHi")
EVENT_BYTES = _LAYOUT.size


@dataclass(frozen=True)
class InputEvent:
    """One event; `at` is in seconds on the clock that the device was told to use."""

    at: float
    kind: int
    code: int
    value: int

    def to_bytes(self) -> bytes:
        """The event as the kernel writes it."""
        seconds, rest = divmod(round(self.at * 1_000_000), 1_000_000)
        return _LAYOUT.pack(seconds, rest, self.kind, self.code, self.value)


class EventStream:
    """Events from bytes that arrive in any pieces; never raises.

    After an overrun (`SYN_DROPPED`) the rest of the report is incomplete and is left out; `dropped`
    counts that.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self._rest = b""
        self._is_incomplete = False

    def feed(self, data: bytes) -> list[InputEvent]:
        """The events that `data` completes, in order."""
        whole = self._rest + data
        end = len(whole) - len(whole) % EVENT_BYTES
        self._rest = whole[end:]
        events = (_event(*values) for values in _LAYOUT.iter_unpack(whole[:end]))
        return [event for event in events if self._is_whole(event)]

    def _is_whole(self, event: InputEvent) -> bool:
        if (event.kind, event.code) == (EV_SYN, SYN_DROPPED):
            self.dropped += 1
            self._is_incomplete = True
            return True
        if self._is_incomplete:
            self._is_incomplete = (event.kind, event.code) != (EV_SYN, SYN_REPORT)
            return False
        return True


def _event(seconds: int, microseconds: int, kind: int, code: int, value: int) -> InputEvent:
    return InputEvent(seconds + microseconds / 1_000_000, kind, code, value)
