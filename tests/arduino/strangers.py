"""What may be plugged in instead of a board: lines that are silent, noisy, echo, or talk text."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tty
from collections.abc import Callable

from boxd.arduino.frames import FrameStream
from boxd.arduino.messages import Hello, Welcome, frame_of, message_of

Answers = Callable[[bytes], bytes]


def silent(_data: bytes) -> bytes:
    """Nothing is behind the line."""
    return b""


def noisy(_data: bytes) -> bytes:
    """Another sort of device streams its own bytes."""
    return bytes(range(256)) * 2


def echoing(data: bytes) -> bytes:
    """The line leads back to where it came from."""
    return data


def modem(data: bytes) -> bytes:
    """A modem repeats what it hears, and does not understand it."""
    return data + b"\r\nERROR\r\n"


def board_of_version(version: int) -> Answers:
    """A board whose firmware speaks another version of the protocol."""
    stream = FrameStream()

    def answer(data: bytes) -> bytes:
        hellos = [each for each in stream.feed(data) if isinstance(message_of(each), Hello)]
        welcome = Welcome(6, version, version, 0, 0, 1, 6, 6, 3, 1, 500, 1000, 0, 0)
        return b"".join(frame_of(welcome, 77, 0).to_bytes() for _ in hellos)

    return answer


class Stranger:
    """A line with something behind it that is no board of ours."""

    def __init__(self, port: str, answers: Answers) -> None:
        self.port = port
        self.path: str | None = None
        self.heard = b""
        self._answers = answers
        self._ends: tuple[int, int] | None = None

    def connect(self) -> None:
        """Appear on a new pseudo-terminal."""
        end, kept = self._ends = os.openpty()
        tty.setraw(kept)
        os.set_blocking(end, False)
        self.path = os.ttyname(kept)
        asyncio.get_running_loop().add_reader(end, self._read, end)

    def disconnect(self) -> None:
        """Hang up."""
        if self._ends:
            asyncio.get_running_loop().remove_reader(self._ends[0])
            for end in self._ends:
                os.close(end)
        self.path = self._ends = None

    def _read(self, end: int) -> None:
        data = os.read(end, 4096)
        self.heard += data
        with contextlib.suppress(BlockingIOError):
            os.write(end, self._answers(data))
