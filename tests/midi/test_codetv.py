"""The CodeTV board's messages, by the board's own vectors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import mido
import pytest

from boxd.devices import Key, LampName
from boxd.midi import codetv
from boxd.midi.device_profile import BoardEcho, BoardKey, IgnoredMessage, UnusableDevice
from boxd.midi.stream import MidiStream

VECTORS = json.loads((Path(__file__).parent.parent / "data" / "codetv-board.json").read_text())


def named(vector: dict[str, Any]) -> str:
    return " ".join(str(value) for value in vector.values())


def key_of(name: str) -> Key:
    return next(key for key in Key if key.lower() == name.removeprefix("key_"))


@pytest.mark.parametrize("vector", VECTORS["to_host"], ids=named)
def test_reads_and_writes_every_key(vector: dict[str, Any]) -> None:
    key, touched = key_of(vector["name"]), vector["state"] == "touched"
    assert codetv.decode(mido.Message.from_hex(vector["bytes"])) == BoardKey(key, touched)
    assert codetv.key(key, touched).bin().hex() == vector["bytes"]


ORDERS = [vector for vector in VECTORS["to_board"] if vector["name"] != "reset"]


@pytest.mark.parametrize("vector", ORDERS, ids=named)
def test_writes_every_order(vector: dict[str, Any]) -> None:
    match vector["name"].split("_"):
        case [lamp, "lamp"]:
            written = codetv.lamp(LampName(lamp), vector["value"] == 1)
        case ["buzzer"]:
            written = codetv.buzzer(vector["milliseconds"])
        case _:
            written = codetv.unlock()
    assert written.bin().hex() == vector["bytes"]


@pytest.mark.parametrize("vector", VECTORS["invalid_from_board"], ids=named)
def test_takes_no_key_from_what_is_no_board_message(vector: dict[str, Any]) -> None:
    data = bytes.fromhex(vector["bytes"])
    heard = [codetv.decode(message) for message in MidiStream().feed(data)]
    assert not [each for each in heard if isinstance(each, BoardKey)]


@pytest.mark.parametrize("vector", VECTORS["to_board"], ids=named)
def test_takes_no_key_from_an_order_that_comes_back(vector: dict[str, Any]) -> None:
    assert codetv.decode(mido.Message.from_hex(vector["bytes"])) == BoardEcho()


def test_a_board_with_the_oldest_firmware_can_not_be_used() -> None:
    heard = codetv.decode(mido.Message.from_hex("f07d010501f7"))
    assert isinstance(heard, UnusableDevice)
    assert "six bytes" in heard.why
    assert "Flash" in heard.why


@pytest.mark.parametrize("text", ["f0f7", "f07df7", "f043010501f7", "f07e0501f7", "f07d1501f7"])
def test_takes_nothing_from_another_sysex(text: str) -> None:
    heard = codetv.decode(mido.Message.from_hex(text))
    assert isinstance(heard, IgnoredMessage)
    assert heard.why


@pytest.mark.parametrize(
    ("milliseconds", "units"), [(-5, 1), (0, 1), (9, 1), (10, 1), (55, 5), (1270, 127), (9999, 127)]
)
def test_clamps_sounds_to_what_the_board_can_make(milliseconds: int, units: int) -> None:
    assert codetv.buzzer(milliseconds).bytes() == [0xF0, 0x7D, 0x50, units, 0xF7]


def test_gives_a_device_no_way_to_send_a_reset() -> None:
    profile = codetv.CodetvProfile()
    sent = [profile.unlock, *profile.greeting]
    sent += [each for name in LampName for lit in (True, False) for each in profile.lamp(name, lit)]
    sent += [message for ms in range(0, 2000, 7) for message in profile.buzzer(ms) if message]
    assert {message.bytes()[2] for message in sent} == {0x20, 0x30, 0x40, 0x50, 0x60}
    assert {len(message) for message in sent} == {5}
