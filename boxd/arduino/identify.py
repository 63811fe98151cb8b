"""Asking the device behind a port what it is, once."""

from __future__ import annotations

import asyncio

from boxd.arduino.frames import FrameStream
from boxd.arduino.handshake import Handshake
from boxd.arduino.messages import Welcome
from boxd.errors import DeviceUnreachable
from boxd.serial_line import SerialLine, explain, open_line


async def identify_board(path: str) -> Welcome:
    """The board's Welcome at `path`. Raises DeviceUnreachable with the reason."""
    asked = _Asked(path)
    try:
        asked.line = await open_line(path, asked.hear, asked.lose)
    except OSError as error:
        raise DeviceUnreachable(f"{path}: {explain(error)}") from error
    try:
        asked.handshake.begin()
        return await asked.answer
    finally:
        asked.handshake.stop()
        await asked.line.close()


class _Asked:
    """One question and its answer."""

    def __init__(self, path: str) -> None:
        self.line: SerialLine | None = None
        self.answer: asyncio.Future[Welcome] = asyncio.get_running_loop().create_future()
        self._path = path
        self._stream = FrameStream()
        self.handshake = Handshake(self._say, lambda _: "", self._meet, self._fail)

    def hear(self, data: bytes) -> None:
        """Take bytes from the line."""
        self.handshake.overhear(data)
        for frame in self._stream.feed(data):
            if not self.answer.done():
                self.handshake.hear(frame)

    def lose(self, error: OSError) -> None:
        """The line has broken."""
        self._fail(f"its line broke off ({error.strerror})")

    def _say(self, data: bytes) -> bool:
        try:
            if self.line is not None:
                self.line.send(data)
        except OSError as error:
            self._fail(f"sending failed: {error.strerror or error}")
            return False
        return True

    def _meet(self, _nonce: int, welcome: Welcome) -> None:
        self.answer.set_result(welcome)

    def _fail(self, why: str) -> None:
        if not self.answer.done():
            self.answer.set_exception(DeviceUnreachable(f"{self._path}: {why}"))
