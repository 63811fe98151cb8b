"""A disk with a volatile cache: what nobody had it flush is gone when its power is cut.

nbdkit's cache filter keeps writes aside until a flush comes, and writes them to the file then.
Killed, it takes with it whatever came after the last flush, as a disk without a battery does.
"""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Protocol

SERVED_WITHIN_S = 10.0


class DiskError(Exception):
    """The disk could not be served or mounted."""


class PoweredDisk(Protocol):
    """A disk with a plug."""

    @property
    def address(self) -> str:
        """Where it is served over NBD, while it has power."""

    def power_on(self) -> None:
        """Serve what is on it."""

    def cut(self) -> None:
        """Die, and lose what was not flushed."""


class VolatileDisk:
    """The file `platter` behind a volatile cache, for whoever connects to `address` over NBD."""

    def __init__(self, platter: Path, folder: Path) -> None:
        self._platter = platter
        self._socket = folder / "disk.sock"
        self._nbdkit: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it is served, while it has power."""
        return f"nbd+unix:///?socket={self._socket}"

    def power_on(self) -> None:
        """Serve what is on the platter."""
        self._socket.unlink(missing_ok=True)
        caching = ["--filter=cache", "file", str(self._platter), "cache=writeback"]
        self._nbdkit = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "nbdkit", "-f", "-U", str(self._socket), *caching],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + SERVED_WITHIN_S
        while not self._socket.exists():
            if self._nbdkit.poll() is not None or time.monotonic() > deadline:
                raise DiskError(f"nbdkit does not serve {self._platter}")
            time.sleep(0.01)

    def cut(self) -> None:
        """Lose everything that was not flushed."""
        if self._nbdkit is not None:
            self._nbdkit.kill()
            self._nbdkit.wait()
            self._nbdkit = None
