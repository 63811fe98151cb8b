"""What the workers of one run share: the first that needs it makes it, the others wait for it."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

FOLDER = "BOXD_TEST_MADE_ONCE"
"""Names the run's folder in the environment; tests/conftest.py makes it and removes it."""


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """A folder of this name that `make` has filled; whoever gets it only reads it."""
    made = Path(os.environ[FOLDER]) / name
    with made.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            half_made = made.with_suffix(".half")
            shutil.rmtree(half_made, ignore_errors=True)
            half_made.mkdir()
            make(half_made)
            half_made.rename(made)
    return made
