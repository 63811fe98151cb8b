"""Parses complete MIDI messages from a raw byte stream that may be cut anywhere.

mido's parser does the work. This module adds what it lacks: it keeps no running status, gives up a
message with a clock byte in its middle, has no size limit, and drops bytes silently.
"""

from __future__ import annotations

import mido

SYSEX_START = 0xF0
SYSEX_END = 0xF7
FIRST_STATUS = 0x80
FIRST_SYSTEM = 0xF0
FIRST_REALTIME = 0xF8

SYSEX_LIMIT_BYTES = 64  # the boards' messages have five bytes; anything longer is not for us

_UNDEFINED = frozenset({0xF4, 0xF5})
_UNDEFINED_REALTIME = frozenset({0xF9, 0xFD})


class MidiStream:
    """Complete messages from bytes that arrive in any pieces; bounded, and never raises.

    `dropped` counts what was thrown away: messages that another one cut short, SysEx longer than
    the limit, and bytes that belong to no message.
    """

    def __init__(self, sysex_limit_bytes: int = SYSEX_LIMIT_BYTES) -> None:
        self.dropped = 0
        self._limit = sysex_limit_bytes
        self._parser = mido.Parser()
        self._under_way = 0  # bytes of the message that is being collected; 0 if there is none
        self._is_sysex = False  # that message is a SysEx
        self._running = 0  # the running status for data bytes without one; 0 for none

    def feed(self, data: bytes) -> list[mido.Message]:
        """The messages that `data` completes, in order."""
        taken = [self._take(byte) for byte in data]
        return [message for message in taken if message is not None]

    def _take(self, byte: int) -> mido.Message | None:
        if byte >= FIRST_REALTIME:
            return self._realtime(byte)
        return self._status(byte) if byte >= FIRST_STATUS else self._data(byte)

    def _realtime(self, byte: int) -> mido.Message | None:
        if byte in _UNDEFINED_REALTIME:
            self.dropped += 1
            return None
        return mido.Message.from_bytes([byte])  # past the parser, which may be in mid-message

    def _status(self, byte: int) -> mido.Message | None:
        if byte == SYSEX_END and self._is_sysex and self._under_way < self._limit:
            return self._parse(byte)
        begins_none = byte in _UNDEFINED or byte == SYSEX_END
        was_cut = self._under_way > 0
        self.dropped += was_cut + (begins_none and not (was_cut and byte == SYSEX_END))
        self._begin_anew()
        self._running = byte if byte < FIRST_SYSTEM else 0
        if begins_none:
            return None
        self._is_sysex = byte == SYSEX_START
        return self._parse(byte)

    def _data(self, byte: int) -> mido.Message | None:
        if not self._under_way:
            if not self._running:
                self.dropped += 1
                return None
            self._parse(self._running)
        if self._under_way == self._limit:
            return None  # a SysEx that was cut off; its end drops it
        return self._parse(byte)

    def _parse(self, byte: int) -> mido.Message | None:
        self._under_way += 1
        self._parser.feed_byte(byte)
        message = self._parser.get_message()
        if message is not None:
            self._under_way, self._is_sysex = 0, False
        return message

    def _begin_anew(self) -> None:
        if self._under_way:
            self._parser = mido.Parser()
        self._under_way, self._is_sysex = 0, False
