"""Parses complete messages from a raw MIDI byte stream that may be cut anywhere."""

from __future__ import annotations

SYSEX_START = 0xF0
SYSEX_END = 0xF7
FIRST_STATUS = 0x80
FIRST_SYSTEM = 0xF0
FIRST_REALTIME = 0xF8

SYSEX_LIMIT_BYTES = 64  # the boards' messages have five bytes; anything longer is not for us

_DATA_BYTES_OF_CHANNEL = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}
_DATA_BYTES_OF_SYSTEM = {0xF1: 1, 0xF2: 2, 0xF3: 1, 0xF6: 0}
_UNDEFINED_REALTIME = frozenset({0xF9, 0xFD})


class MidiStream:
    """Complete messages from bytes that arrive in any pieces; bounded, and never raises.

    `dropped` counts what was thrown away: messages that another one cut short, SysEx longer than
    the limit, and bytes that belong to no message.
    """

    def __init__(self, sysex_limit_bytes: int = SYSEX_LIMIT_BYTES) -> None:
        self.dropped = 0
        self._limit = sysex_limit_bytes
        self._message = bytearray()  # the message that is being collected, with its status byte
        self._awaited = 0  # data bytes still missing; not used within a SysEx
        self._running = 0  # the running status for data bytes without one; 0 for none
        self._overflowed = False

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that `data` completes, in order."""
        return [message for byte in data if (message := self._take(byte))]

    def _take(self, byte: int) -> bytes:
        if byte >= FIRST_REALTIME:
            return self._realtime(byte)
        if byte >= FIRST_STATUS:
            return self._status(byte)
        return self._data(byte)

    def _realtime(self, byte: int) -> bytes:
        if byte in _UNDEFINED_REALTIME:
            self.dropped += 1
            return b""
        return bytes([byte])

    def _status(self, byte: int) -> bytes:
        if byte == SYSEX_END:
            return self._end_of_sysex()
        self._abandon()
        self._running = byte if byte < FIRST_SYSTEM else 0
        if byte == SYSEX_START:
            self._message.append(byte)
            return b""
        return self._begin(byte)

    def _begin(self, status: int) -> bytes:
        if status < FIRST_SYSTEM:
            awaited = _DATA_BYTES_OF_CHANNEL[status & 0xF0]
        elif status in _DATA_BYTES_OF_SYSTEM:
            awaited = _DATA_BYTES_OF_SYSTEM[status]
        else:
            self.dropped += 1
            return b""
        self._message.append(status)
        self._awaited = awaited
        return self._complete() if awaited == 0 else b""

    def _data(self, byte: int) -> bytes:
        if self._in_sysex:
            self._sysex_data(byte)
            return b""
        if not self._message:
            if not self._running:
                self.dropped += 1
                return b""
            self._begin(self._running)
        self._message.append(byte)
        self._awaited -= 1
        return self._complete() if self._awaited == 0 else b""

    @property
    def _in_sysex(self) -> bool:
        return bool(self._message) and self._message[0] == SYSEX_START

    def _sysex_data(self, byte: int) -> None:
        if len(self._message) >= self._limit - 1:  # its end needs a byte too
            self._overflowed = True
        else:
            self._message.append(byte)

    def _end_of_sysex(self) -> bytes:
        if not self._in_sysex or self._overflowed:
            self._running = 0
            self._abandon(stray=not self._message)
            return b""
        self._message.append(SYSEX_END)
        return self._complete()

    def _complete(self) -> bytes:
        message = bytes(self._message)
        self._message.clear()
        return message

    def _abandon(self, *, stray: bool = False) -> None:
        if self._message or stray:
            self.dropped += 1
        self._message.clear()
        self._overflowed = False
