"""The disk under a booth's ledger, made slow or broken by a test; see faulty_disk.c."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SOURCE = Path(__file__).with_suffix(".c")


def compiled(folder: Path) -> Path:
    """The library to preload."""
    library = folder / "faulty_disk.so"
    words = ["gcc", "-shared", "-fPIC", "-O2", "-Wall", "-Werror"]
    subprocess.run([*words, "-o", library, _SOURCE, "-ldl"], check=True)
    return library


class FaultyDisk:
    """The disk under one booth's ledger."""

    def __init__(self, library: Path, folder: Path) -> None:
        self._control = folder / "fault"
        self._control.write_text("")
        self.launcher = ("env", f"LD_PRELOAD={library}", f"FAULTY_DISK={self._control}")

    def becomes(self, fault: str) -> None:
        """From now on there is this fault; none for an empty one."""
        self._control.write_text(fault)

    @contextmanager
    def that_is(self, fault: str) -> Iterator[None]:
        """The fault, for a while."""
        self.becomes(fault)
        try:
            yield
        finally:
            self.becomes("")
