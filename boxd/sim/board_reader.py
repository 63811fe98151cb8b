"""What the MIDI library of the boards' firmware makes of the host's bytes.

It is exact where a board gets out of step: a SysEx that was cut is ended by the next one's first
byte, whose own rest is then lost; a single `F7` begins a SysEx. In both cases the firmware looks
at a third byte that an earlier message has left in the buffer, and so acts on that one again.
"""

from __future__ import annotations

from dataclasses import dataclass

START, END = 0xF0, 0xF7
FIRST_STATUS, FIRST_REALTIME = 0x80, 0xF8
ROOM_BYTES = 128


@dataclass(frozen=True)
class TakenSysex:
    """A SysEx from the library: `kind` and `value` are its third and fourth bytes.

    `echo` is what its soft thru sends back.
    """

    kind: int
    value: int
    echo: bytes


class BoardReader:
    """Reads SysEx and nothing else, into one buffer that is never wiped."""

    def __init__(self) -> None:
        self._buffer = bytearray(ROOM_BYTES)
        self._length = 0

    def feed(self, data: bytes) -> list[TakenSysex]:
        """The SysEx that `data` completes, in order."""
        return [taken for byte in data if (taken := self._take(byte)) is not None]

    def _take(self, byte: int) -> TakenSysex | None:
        if byte >= FIRST_REALTIME:
            return None
        is_end = byte in (START, END)
        if (self._length == 0 and not is_end) or (byte >= FIRST_STATUS and not is_end):
            self._length = 0
            return None
        self._buffer[self._length] = byte
        self._length += 1
        if is_end and self._length > 1:
            return self._hand_over()
        if self._length == ROOM_BYTES:
            self._length = 0
        return None

    def _hand_over(self) -> TakenSysex:
        echo, self._length = bytes(self._buffer[: self._length]), 0
        return TakenSysex(self._buffer[2], self._buffer[3], echo)
