"""One boxd per box: the lock of the state directory."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from boxd.errors import AlreadyRunning
from boxd.ledger.replacing import give_to_owner_of


def is_held(file: Path) -> bool:
    """Whether a boxd holds a lock on `file` now; creates nothing."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


@contextmanager
def only_one(file: Path) -> Iterator[None]:
    """Lock `file`; the lock ends with the process, in any way.

    Raises AlreadyRunning with the process that holds it.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        give_to_owner_of(file.parent, file)  # root may be the first, e.g. with a restore
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode("ascii", "replace").strip() or "unknown"
            raise AlreadyRunning(
                f"a boxd (process {holder}) serves this box already: {file} is locked."
                " Stop it first: `systemctl stop boxd`, or Ctrl-C where it runs"
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
        yield
    finally:
        os.close(descriptor)
