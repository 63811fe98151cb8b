"""A harsher disk: of what nobody had it flush, a cut keeps some blocks and loses others.

That is what disks are allowed to do: later writes may be there, and earlier ones missing.
"""

from __future__ import annotations

import contextlib
import os
import random
import socket
import threading
from pathlib import Path

from booth.power import nbd

BLOCK = 4096
KEPT = 0.5  # of the blocks that were not flushed


class ReorderingDisk:
    """The file `platter` behind a cache that is partly lost; `dice` choose what is kept."""

    def __init__(self, platter: Path, folder: Path, dice: random.Random) -> None:
        self._platter = platter
        self._path = folder / "disk.sock"
        self._dice = dice
        self._cached: dict[int, bytes] = {}
        self._lock = threading.Lock()
        self._file: int | None = None

    @property
    def address(self) -> str:
        """Where it is served, while it has power."""
        return f"nbd+unix:///?socket={self._path}"

    @property
    def size(self) -> int:
        """Its bytes."""
        return self._platter.stat().st_size

    def power_on(self) -> None:
        """Serve what is on the platter to the first who comes."""
        self._path.unlink(missing_ok=True)
        self._file = os.open(self._platter, os.O_RDWR | os.O_CLOEXEC)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self._path))
        listener.listen(1)
        threading.Thread(target=self._serve, args=(listener,), daemon=True).start()

    def cut(self) -> None:
        """Die, and lose some of what was not flushed."""
        with self._lock:
            if self._file is None:
                return
            for block in sorted(self._cached):
                if self._dice.random() < KEPT:
                    os.pwrite(self._file, self._cached[block], block * BLOCK)
            self._cached.clear()
            os.close(self._file)
            self._file = None

    def read(self, offset: int, length: int) -> bytes:
        """What is there, flushed or not."""
        with self._lock:
            first, last = offset // BLOCK, (offset + length - 1) // BLOCK
            blocks = b"".join(self._block(number) for number in range(first, last + 1))
        return blocks[offset - first * BLOCK :][:length]

    def write(self, offset: int, data: bytes) -> None:
        """Take this into the cache."""
        with self._lock:
            self._alive()
            while data:
                number, start = divmod(offset, BLOCK)
                part, data = data[: BLOCK - start], data[BLOCK - start :]
                old = self._block(number) if len(part) < BLOCK else b""
                self._cached[number] = old[:start] + part + old[start + len(part) :]
                offset += len(part)

    def flush(self) -> None:
        """Write the cache to the platter."""
        with self._lock:
            file = self._alive()
            for number, block in self._cached.items():
                os.pwrite(file, block, number * BLOCK)
            self._cached.clear()

    def _serve(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError), listener:
            connection, _ = listener.accept()
            with connection:
                nbd.serve(connection, self)

    def _block(self, number: int) -> bytes:
        file = self._alive()
        cached = self._cached.get(number)
        return os.pread(file, BLOCK, number * BLOCK) if cached is None else cached

    def _alive(self) -> int:
        if self._file is None:
            raise OSError("the disk has no power")
        return self._file
