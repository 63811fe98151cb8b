"""One boxd per box: the lock of the state directory."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from boxd.errors import AlreadyRunning, Refused
from boxd.service_user import become_owner_of

# Never through a link, and never waiting for somebody at the other end of a pipe.
_SAFELY = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def is_held(file: Path) -> bool:
    """Whether a boxd holds a lock on `file` now; creates nothing."""
    try:
        descriptor = os.open(file, os.O_RDONLY | _SAFELY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _opened(file: Path) -> int:
    try:
        return os.open(file, os.O_RDWR | os.O_CREAT | _SAFELY, 0o640)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise Refused(
            f"{file} is a link, which boxd never makes: see who did (`ls -l`), then remove it"
        ) from error


@contextmanager
def only_one(file: Path) -> Iterator[None]:
    """Lock `file`; the lock ends with the process, in any way.

    Root becomes the owner of its folder, for good: what follows concerns the service's files.
    Raises AlreadyRunning with the process that holds it, Refused for a link.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    become_owner_of(file.parent)  # from here on, root only helps the service's user
    descriptor = _opened(file)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode("ascii", "replace").strip() or "unknown"
            raise AlreadyRunning(
                f"a boxd (process {holder}) serves this box already: {file} is locked."
                " Stop it first: `systemctl stop boxd`, or Ctrl-C where it runs"
            ) from None
        with suppress(OSError):  # a full disk: it only tells who holds the lock
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
        yield
    finally:
        os.close(descriptor)
