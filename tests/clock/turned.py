"""A wall clock that a test may turn, for a program and all that it starts; see turned.c."""

from __future__ import annotations

import mmap
import platform
import struct
import subprocess
from pathlib import Path

import pytest

_SOURCE = Path(__file__).with_name("turned.c")
_SHAPE = struct.Struct("qq")

needs_x86 = pytest.mark.skipif(
    platform.machine() != "x86_64", reason="turned.c knows the registers of x86-64 only"
)


def compiled(folder: Path) -> Path:
    """The program that runs others with a turned clock."""
    program = folder / "turned"
    subprocess.run(["gcc", "-O2", "-Wall", "-Werror", "-o", program, _SOURCE], check=True)
    return program


class TurnedClock:
    """How far ahead of the machine's the clock is, and whether it says that it is synchronised."""

    def __init__(self, program: Path, file: Path) -> None:
        file.write_bytes(_SHAPE.pack(0, 0))
        with file.open("r+b") as opened:
            self._seen = mmap.mmap(opened.fileno(), _SHAPE.size)
        self.launcher = (str(program), str(file))

    def turn(self, ahead_s: float, *, is_synchronised: bool = False) -> None:
        """Set the clock, as `date -s` does, or a time server."""
        self._seen[:] = _SHAPE.pack(int(ahead_s * 1e9), int(is_synchronised))
