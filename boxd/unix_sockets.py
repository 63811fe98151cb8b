"""Unix sockets in folders of any depth: Linux takes 107 bytes of path, a folder may have more."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LONGEST_PATH = 107  # bytes of a sockaddr_un on Linux, without the final zero
LONGEST_BOUND = LONGEST_PATH - len("/proc/self/fd/1048576/")  # a name in a folder of any length
LONGEST_NAME = LONGEST_BOUND - len("..4194304")  # with what `bind` adds: two dots and a process


@contextmanager
def in_few_bytes(path: Path) -> Iterator[str]:
    """Name `path` for bind() or connect() by its open folder, whatever the folder's length.

    Raises OSError if there is no such folder.
    """
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def bind(path: Path, mode: int) -> socket.socket:
    """Bind a stream socket at `path`, instead of what is there; it never has wider permissions.

    It is bound under another name, and renamed. Raises OSError.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        beside.unlink(missing_ok=True)
        with in_few_bytes(beside) as name:
            bound.bind(name)
        beside.chmod(mode)
        beside.replace(path)
    except OSError:
        bound.close()
        with suppress(OSError):
            beside.unlink()
        raise
    return bound
