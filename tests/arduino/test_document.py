"""docs/arduino-protocol.md tells the truth, byte by byte.

Encoded here once more, in the plainest way and without boxd's own codec, as a stranger would who
has the document alone; the conformance list plays the worked example to real boards.
"""

from __future__ import annotations

import re

import pytest

from boxd.arduino import frames
from boxd.sim.simavr import EIGHT, ROOT, SIX
from tests.arduino.document import DOCUMENT, Spoken, vectors, worked_example

SPOKEN = [step for step in worked_example() if isinstance(step, Spoken)]


def crc_bit_by_bit(data: bytes) -> int:
    crc = 0xFFFF
    for byte in data:
        for bit in range(8):
            carry = (crc ^ byte >> bit) & 1
            crc >>= 1
            if carry:
                crc ^= 0x8408
    return crc


def cobs_byte_by_byte(body: bytes) -> bytes:
    encoded, piece = bytearray(), bytearray()
    for byte in body + b"\0":
        if byte:
            piece.append(byte)
        else:
            encoded += bytes([len(piece) + 1]) + piece
            piece.clear()
    return bytes(encoded)


@pytest.mark.parametrize("spoken", SPOKEN, ids=lambda spoken: spoken.says)
def test_worked_example_has_the_bytes_that_its_parts_make(spoken: Spoken) -> None:
    body = bytes([spoken.type])
    body += spoken.nonce.to_bytes(4, "little") + spoken.id.to_bytes(4, "little") + spoken.payload
    assert spoken.crc == crc_bit_by_bit(body)
    body += spoken.crc.to_bytes(2, "little")
    assert spoken.wire == b"\0" + cobs_byte_by_byte(body) + b"\0"


@pytest.mark.parametrize("spoken", SPOKEN, ids=lambda spoken: spoken.says)
def test_worked_example_is_what_boxd_itself_writes_and_reads(spoken: Spoken) -> None:
    frame = frames.Frame(spoken.type, spoken.nonce, spoken.id, spoken.payload)
    assert frame.to_bytes() == spoken.wire
    assert frames.FrameStream().feed(spoken.wire) == [frame]


def test_worked_example_shows_every_message_and_result() -> None:
    assert {s.type for s in SPOKEN if s.is_of_host} >= {1, 2, 3, 6, 7, 8}
    replies = {s.payload[0] for s in SPOKEN if not s.is_of_host and s.type != 0x40}
    assert replies == set(range(8))


def test_crc_vectors_hold() -> None:
    table = vectors("crc")
    assert len(table) == 5
    for data, expected in table:
        assert crc_bit_by_bit(data) == frames.crc(data) == int.from_bytes(expected, "big")


def test_cobs_vectors_hold() -> None:
    table = vectors("cobs")
    assert len(table) == 6
    for body, encoded in table:
        assert cobs_byte_by_byte(body) == frames.cobs(body) == encoded
        assert frames.uncobs(encoded) == body


def test_wiring_table_names_the_pins_that_the_simulator_watches() -> None:
    rows = [
        line.strip("|").split("|")
        for line in DOCUMENT.read_text().partition("### Wiring")[2].splitlines()
        if line.count("|") == 4
    ]
    pins = {what.strip(): (six.split(), eight.split()) for what, six, eight in rows}
    for at, layout in enumerate((SIX, EIGHT)):
        latches = pins["latch 1 to 6"][at] + pins["latch 7, 8"][at]
        doors = pins["door 1 to 6"][at] + pins["door 7, 8"][at]
        lamps = [pin for pin in pins["lamp 1, 2, 3"][at] if re.fullmatch(r"D\d+", pin)]
        assert tuple(latches) == layout.latches
        assert tuple(doors) == layout.doors
        assert tuple(lamps) == layout.lamps
        assert pins["buzzer"][at] == [layout.buzzer]


def test_numbers_of_the_firmware_are_those_of_the_document() -> None:
    header = (ROOT / "firmware" / "protocol.h").read_text()
    pulses = (ROOT / "firmware" / "pulses.h").read_text()
    numbers = dict(re.findall(r"(\w+) = (\w+),|$", header))
    defined = dict(re.findall(r"#define (\w+) (\d+)", header + pulses))
    text = DOCUMENT.read_text()
    for name in ("HELLO", "PULSE", "LAMPS", "BUZZER", "READ_DOORS", "SUBSCRIBE", "PING", "ALL_OFF"):
        assert f"| {int(numbers[f'TYPE_{name}'], 16):02x} | {name} |" in text
    for name, number in numbers.items():
        if name.startswith("RESULT_"):
            assert f"| {number} | {name.removeprefix('RESULT_')} |" in text
    assert f"| silence | {defined['SILENCE_MS']} ms |" in text
    assert f"| buzzer | {defined['BUZZER_LONGEST_MS']} ms |" in text
    shortest, longest = defined["PULSE_SHORTEST_MS"], defined["PULSE_LONGEST_MS"]
    assert f"| pulse | {shortest} to {longest} ms;" in text
