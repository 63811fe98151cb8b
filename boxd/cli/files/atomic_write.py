"""Writing files completely or not at all, readable by their owner only."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from boxd.errors import BadInput


@contextlib.contextmanager
def replacing(file: Path, room_bytes: int = 0) -> Iterator[TextIO]:
    """A file to write; it replaces `file` only when it is complete.

    `room_bytes` are reserved on the disk before the block begins. Raises BadInput if the file
    can't be written there.
    """
    with _as_bad_input(file):
        if file.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            with _as_bad_input(file):
                _reserve(handle, room_bytes)
            yield out
            out.truncate()
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def written(file: Path, room_bytes: int = 0) -> Iterator[TextIO]:
    """Like `replacing`; `-` means standard output."""
    if str(file) == "-":
        yield sys.stdout
    else:
        with replacing(file, room_bytes) as out:
            yield out


def prove_writable(file: Path, room_bytes: int) -> None:
    """Raise BadInput unless a file as long as that can be put there now; nothing is left there.

    For what is made only once: digits, links that end earlier ones.
    """
    with _as_bad_input(file):
        if file.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        with tempfile.TemporaryFile(dir=file.parent) as trial:
            _reserve(trial.fileno(), room_bytes)


def _reserve(handle: int, room_bytes: int) -> None:
    """Take room on the disk, where the file system knows how to; the file is as long then."""
    if not room_bytes:
        return
    try:
        os.posix_fallocate(handle, 0, room_bytes)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.EOPNOTSUPP}:
            raise


@contextlib.contextmanager
def _as_bad_input(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = f"{file} can't be written: {error.strerror}"
        raise BadInput(f"{why}; nothing was made, name another place") from error
