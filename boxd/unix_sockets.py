"""Unix sockets in folders of any depth: Linux takes 107 bytes of path, a folder may have more."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST_PATH = 107  # bytes of a sockaddr_un on Linux, without the final zero
LONGEST_NAME = LONGEST_PATH - len("/proc/self/fd/1048576/")  # of a socket in a folder of any length


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
