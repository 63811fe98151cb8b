"""A firmware image in Intel's hex format: read, checked, and given a board's number.

The firmware reads its number from `NUMBER_AT` in the image, because the Uno's bootloader can't
write the EEPROM.
"""

from __future__ import annotations

from collections.abc import Iterator

from boxd.arduino.messages import NO_BOARD_NUMBER
from boxd.errors import BadInput

NUMBER_AT = 0x77FE
BOOTLOADER_AT = 0x7800  # the larger one, the Nano's old one, begins here

_RECORD_BYTES = 16
_DATA, _END, _SEGMENT, _START = 0, 1, 2, 3


def with_number(text: str, number: int) -> str:
    """The image with this board number. Raises BadInput if it is no image for a board."""
    if not 0 <= number < NO_BOARD_NUMBER:
        raise BadInput(f"a board's number is 0 to {NO_BOARD_NUMBER - 1}, not {number}")
    memory = read(text)
    memory[NUMBER_AT] = number
    memory[NUMBER_AT + 1] = number ^ 0xFF
    return write(memory)


def read(text: str) -> dict[int, int]:
    """The bytes of an image by address. Raises BadInput."""
    memory: dict[int, int] = {}
    for row, line in enumerate(text.split(), 1):
        try:
            kind, address, data = _record(line)
        except ValueError as error:
            raise BadInput(f"line {row} of the image is broken: {error}; build it anew") from None
        if kind == _END:
            break
        if kind == _DATA:
            memory.update(enumerate(data, address))
        elif kind not in (_SEGMENT, _START) or (kind == _SEGMENT and any(data)):
            raise BadInput(f"line {row} of the image is for a larger chip than an Arduino Uno's")
    else:
        raise BadInput("the image has no end; it was cut off, or is no image at all")
    if not memory or max(memory) >= BOOTLOADER_AT:
        raise BadInput("the image is empty, or would overwrite the board's bootloader")
    return memory


def write(memory: dict[int, int]) -> str:
    """An image of these bytes."""
    lines = [_line(_DATA, address, data) for address, data in _runs(memory)]
    return "\n".join([*lines, _line(_END, 0, b"")]) + "\n"


def _record(line: str) -> tuple[int, int, bytes]:
    if not line.startswith(":"):
        raise ValueError("it does not begin with a colon")
    record = bytes.fromhex(line[1:])
    if len(record) < 5 or len(record) != record[0] + 5 or sum(record) & 0xFF:
        raise ValueError("its length or its checksum is wrong")
    return record[3], int.from_bytes(record[1:3], "big"), record[4:-1]


def _runs(memory: dict[int, int]) -> Iterator[tuple[int, bytes]]:
    """The bytes in pieces without gaps, each short enough for a record."""
    run = bytearray()
    begin = 0
    for address in sorted(memory):
        if run and (address != begin + len(run) or len(run) == _RECORD_BYTES):
            yield begin, bytes(run)
            run.clear()
        if not run:
            begin = address
        run.append(memory[address])
    if run:
        yield begin, bytes(run)


def _line(kind: int, address: int, data: bytes) -> str:
    record = bytes([len(data), *address.to_bytes(2, "big"), kind]) + data
    return f":{(record + bytes([-sum(record) & 0xFF])).hex().upper()}"
