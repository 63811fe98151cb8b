"""A raw byte stream becomes complete messages, whatever the bytes and wherever they are cut."""

from __future__ import annotations

import mido
import pytest

from boxd.midi.stream import SYSEX_LIMIT_BYTES, MidiStream

KEY = bytes.fromhex("f07d0501f7")

STREAMS = {
    "one message": ("f07d0501f7", ["f07d0501f7"]),
    "two messages in one piece": ("f07d0501f7f07d0500f7", ["f07d0501f7", "f07d0500f7"]),
    "realtime inside a SysEx": ("f07df80501fef7", ["f8", "fe", "f07d0501f7"]),
    "a status byte aborts a SysEx": ("f07d05903c40f7", ["903c40"]),
    "a SysEx begun anew": ("f07df07d0501f7", ["f07d0501f7"]),
    "running status": ("903c403d40803c00", ["903c40", "903d40", "803c00"]),
    "realtime inside running status": ("903c40f83df840", ["903c40", "f8", "f8", "903d40"]),
    "SysEx ends running status": ("903c40f07d0501f73d40", ["903c40", "f07d0501f7"]),
    "two-byte messages": ("c005d033", ["c005", "d033"]),
    "data without status": ("0501f7", []),
    "a lone end": ("f7f7", []),
    "an empty SysEx": ("f0f7", ["f0f7"]),
    "undefined bytes": ("f4f5f9fd05", []),
    "a message cut by the next": ("903c803c00", ["803c00"]),
    "system common": ("f601f20102f12a", ["f6", "f20102", "f12a"]),
}


def hexes(messages: list[mido.Message]) -> list[str]:
    return [message.hex("").lower() for message in messages]


@pytest.mark.parametrize("name", STREAMS)
def test_becomes_these_messages_however_it_is_cut(name: str) -> None:
    text, expected = STREAMS[name]
    data = bytes.fromhex(text)
    whole, single = MidiStream(), MidiStream()

    in_one_piece = whole.feed(data)
    byte_by_byte = [message for byte in data for message in single.feed(bytes([byte]))]

    assert hexes(in_one_piece) == expected
    assert byte_by_byte == in_one_piece
    assert single.dropped == whole.dropped


@pytest.mark.parametrize("piece", range(1, 6))
def test_is_ready_for_the_next_message_after_any_cut_one(piece: int) -> None:
    stream = MidiStream()
    stream.feed(KEY[:piece])
    assert hexes(stream.feed(KEY))[-1] == KEY.hex()


def test_drops_and_counts_a_sysex_longer_than_the_limit() -> None:
    stream = MidiStream()
    fits = b"\xf0" + bytes(SYSEX_LIMIT_BYTES - 2) + b"\xf7"
    too_long = b"\xf0" + bytes(SYSEX_LIMIT_BYTES - 1) + b"\xf7"

    assert hexes(stream.feed(fits)) == [fits.hex()]
    assert stream.dropped == 0
    assert stream.feed(too_long) == []
    assert stream.dropped == 1
    assert hexes(stream.feed(KEY)) == [KEY.hex()]


def test_counts_bytes_that_belong_to_nothing() -> None:
    stream = MidiStream()
    stream.feed(bytes.fromhex("01f7f4 903c f07d 903c40"))
    assert stream.dropped == 5
