"""Replacing the ledger by another one, safe against power cuts.

A prepared folder `restore-TIME` beside the ledger is the decision. From the moment that it has
this name, the ledger in it replaces the present one, now or at the next opening. The present one
is kept, with its log, in `ledger-set-aside-TIME`.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_READY = "restore-"
_SET_ASIDE = "ledger-set-aside-"
# The log moves with its file; it must never lie beside another.
_PARTS = ("", "-wal", "-shm")


def set_aside_for(ledger: Path, stamp: str) -> Path:
    """Where the present ledger is kept when the one of `stamp` replaces it."""
    return ledger.with_name(_SET_ASIDE + stamp)


def decide(prepared: Path, ledger: Path, stamp: str) -> None:
    """Make it final that the ledger in the folder `prepared` replaces the present one."""
    flush(prepared)
    prepared.rename(ledger.with_name(_READY + stamp))
    flush(ledger.parent)


def finish(ledger: Path) -> None:
    """Finish a decided replacement from any point; else nothing is done.

    Called before a ledger is opened for writing, by the holder of the box's lock.
    """
    for ready in sorted(ledger.parent.glob(f"{_READY}*")):
        if (ready / ledger.name).exists():
            _set_aside(ledger, set_aside_for(ledger, ready.name.removeprefix(_READY)))
            (ready / ledger.name).rename(ledger)
            flush(ledger.parent)
        shutil.rmtree(ready)


def _set_aside(ledger: Path, aside: Path) -> None:
    aside.mkdir(mode=0o750, exist_ok=True)
    for part in _PARTS:
        old = ledger.with_name(ledger.name + part)
        if old.exists():
            old.rename(aside / old.name)
    flush(aside)
    flush(ledger.parent)


def flush(path: Path) -> None:
    """Flush a file's content, or a folder's names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
