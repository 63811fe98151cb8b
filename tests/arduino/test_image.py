"""An image gets a board's number and is otherwise as it was built; what is none is refused."""

from __future__ import annotations

import pytest

from boxd.arduino.image import NUMBER_AT, read, with_number, write
from boxd.errors import BadInput

CODE = dict(enumerate(range(100), 0x40))
IMAGE = write(CODE | {NUMBER_AT: 0xFF, NUMBER_AT + 1: 0xFF})


def test_image_is_written_as_it_was_read() -> None:
    assert write(read(IMAGE)) == IMAGE
    assert IMAGE.splitlines()[0] == ":10004000000102030405060708090A0B0C0D0E0F38"
    assert IMAGE.splitlines()[-1] == ":00000001FF"


@pytest.mark.parametrize("number", [0, 1, 254])
def test_number_and_its_complement_are_put_where_the_firmware_looks(number: int) -> None:
    memory = read(with_number(IMAGE, number))

    assert memory == CODE | {NUMBER_AT: number, NUMBER_AT + 1: 255 - number}


@pytest.mark.parametrize(
    ("image", "why"),
    [
        ("", "no end"),
        (IMAGE.replace(":00000001FF", ""), "no end"),
        (IMAGE.replace("0001", "0002", 1), "line 1 of the image is broken"),
        ("#!/bin/sh\n", "does not begin with a colon"),
        (":zz\n", "line 1"),
        (":00000001FF\n", "empty"),
        (write({0x7800: 1}), "bootloader"),
        (":020000040001F9\n:00000001FF\n", "larger chip"),
    ],
)
def test_what_is_no_image_for_a_board_is_refused(image: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        with_number(image, 1)


@pytest.mark.parametrize("number", [-1, 255])
def test_number_that_no_board_can_have_is_refused(number: int) -> None:
    with pytest.raises(BadInput, match="0 to 254"):
        with_number(IMAGE, number)
