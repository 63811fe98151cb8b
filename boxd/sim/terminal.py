"""A pseudo-terminal with a simulated device at one end, and a path at the other."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tty
from collections.abc import Callable

READ_BYTES = 4096


class Terminal:
    """A pseudo-terminal: the board's end is read here, the other end has a path."""

    def __init__(self, on_bytes: Callable[[bytes], None]) -> None:
        self._on_bytes = on_bytes
        self._end, self._kept = os.openpty()  # without any reader it would hang up
        tty.setraw(self._kept)
        os.set_blocking(self._end, False)
        self.path = os.ttyname(self._kept)
        asyncio.get_running_loop().add_reader(self._end, self._read)

    def write(self, data: bytes) -> None:
        """Send bytes to the reader; bytes that find no room are lost, as on a wire."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._end, data)

    def close(self) -> None:
        """Hang up."""
        asyncio.get_running_loop().remove_reader(self._end)
        os.close(self._end)
        os.close(self._kept)

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._on_bytes(os.read(self._end, READ_BYTES))
