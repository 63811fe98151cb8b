"""A serial line breaks, fills up, is held or is none: always an OSError, never a wait."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import termios
import tty
from collections.abc import Iterator

import pytest

from boxd.serial_line import SerialLine, explain, open_line, open_port
from tests.midi.waiting import until


class Terminal:
    """A pseudo-terminal: `end` is the device's."""

    def __init__(self) -> None:
        self.end, self._kept = os.openpty()
        tty.setraw(self._kept)
        self.path = os.ttyname(self._kept)

    def hang_up(self) -> None:
        for end in (self.end, self._kept):
            os.close(end)


class Heard:
    """What a line told."""

    def __init__(self) -> None:
        self.data = b""
        self.losses: list[OSError] = []
        self.stolen = 0

    async def open(self, path: str) -> SerialLine:
        return await open_line(path, self.take, self.losses.append, self.steal)

    def steal(self) -> None:
        self.stolen += 1

    def take(self, data: bytes) -> None:
        self.data += data


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    terminal = Terminal()
    yield terminal
    try:
        terminal.hang_up()
    except OSError:  # the test did
        return


async def test_bytes_go_both_ways_whatever_they_are(terminal: Terminal) -> None:
    heard = Heard()
    line = await heard.open(terminal.path)
    every = bytes(range(256))
    line.send(every)
    assert os.read(terminal.end, 1000) == every
    os.write(terminal.end, every)
    await until(lambda: len(heard.data) == 256)
    await line.close()

    assert heard.data == every
    assert heard.losses == []


async def test_hang_up_is_told_once(terminal: Terminal) -> None:
    heard = Heard()
    line = await heard.open(terminal.path)
    terminal.hang_up()
    await until(lambda: heard.losses)
    await asyncio.sleep(0.05)
    with pytest.raises(OSError, match="closed"):
        line.send(b"x")
    await line.close()

    assert len(heard.losses) == 1


async def test_a_second_reader_is_no_hang_up(terminal: Terminal) -> None:
    """Another program gets what came, between the kernel's word and the reading."""
    heard, loop = Heard(), asyncio.get_running_loop()
    line = await heard.open(terminal.path)
    # Opened later, it hears of them first.
    other = os.open(terminal.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)

    def read_first() -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(other, 100)

    loop.add_reader(other, read_first)

    def is_stolen() -> bool:
        os.write(terminal.end, b"x")
        return heard.stolen > 0

    await until(is_stolen)
    loop.remove_reader(other)
    os.close(other)
    os.write(terminal.end, b"end")
    await until(lambda: heard.data.endswith(b"end"))
    await line.close()
    assert heard.losses == []


async def test_line_that_takes_nothing_more_says_so_and_never_waits(terminal: Terminal) -> None:
    line = await Heard().open(terminal.path)
    sent = 0
    with pytest.raises(OSError, match="takes no more bytes"):
        while sent < 1_000_000:
            line.send(bytes(100))
            sent += 100
    await line.close()

    assert sent < 100_000


async def test_what_waits_is_sent_in_order_once_there_is_room(terminal: Terminal) -> None:
    line = await Heard().open(terminal.path)
    sent = bytearray()
    with pytest.raises(OSError, match="takes no more"):
        while True:
            piece = bytes([len(sent) // 50 % 251]) * 50
            line.send(piece)
            sent += piece
    os.set_blocking(terminal.end, False)
    arrived = bytearray()

    def everything_came() -> bool:
        try:
            arrived.extend(os.read(terminal.end, 4096))
        except BlockingIOError:
            return False
        return len(arrived) >= len(sent)

    await until(everything_came)
    await line.close()
    assert arrived == sent


async def test_what_was_not_sent_is_not_sent_after_the_end(terminal: Terminal) -> None:
    line = await Heard().open(terminal.path)
    with pytest.raises(OSError, match="takes no more"):
        while True:
            line.send(b"\x55" * 100)
    await line.close()
    again = await Heard().open(terminal.path)
    again.send(b"fresh")
    os.set_blocking(terminal.end, False)
    arrived = bytearray()

    def is_fresh() -> bool:
        try:
            arrived.extend(os.read(terminal.end, 4096))
        except BlockingIOError:
            return False
        return arrived.endswith(b"fresh")

    await until(is_fresh)
    await again.close()


async def test_line_is_for_one_program_alone(terminal: Terminal) -> None:
    line = await Heard().open(terminal.path)
    with pytest.raises(OSError) as refused:
        await Heard().open(terminal.path)
    await line.close()
    again = await Heard().open(terminal.path)
    await again.close()

    assert "another program holds it" in explain(refused.value)


async def test_line_does_not_drop_dtr_when_it_is_closed(terminal: Terminal) -> None:
    line = await Heard().open(terminal.path)
    settings = termios.tcgetattr(terminal.end)
    await line.close()

    assert not settings[2] & termios.HUPCL


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/dev/serial/by-id/usb-none", "nothing is plugged in there"),
        ("/dev/null", "no serial line"),
        ("/tmp", "directory"),
    ],
)
def test_what_is_no_line_is_told_in_words(path: str, words: str) -> None:
    with pytest.raises(OSError) as refused:
        open_port(path)

    assert words in explain(refused.value)


def test_what_may_not_be_opened_names_the_group() -> None:
    assert "dialout" in explain(OSError(errno.EACCES, "Permission denied"))


async def test_opening_that_is_given_up_leaves_the_line_free(terminal: Terminal) -> None:
    opening = asyncio.create_task(Heard().open(terminal.path))
    await asyncio.sleep(0)
    opening.cancel()
    await asyncio.gather(opening, return_exceptions=True)

    def is_free() -> bool:
        try:
            open_port(terminal.path).close()
        except OSError:
            return False
        return True

    await until(is_free)
    assert opening.cancelled()
