"""Files that are imported: their text, their digest, and errors with their name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from boxd.errors import BadInput
from boxd.lists.decoding import UnreadableError, decoded


@contextmanager
def importing(path: Path) -> Iterator[None]:
    """Turn the error of an unreadable file into BadInput with its name."""
    try:
        yield
    except UnreadableError as error:
        raise BadInput(f"{path}: nothing was imported; {error}") from None
    except OSError as error:
        raise BadInput(f"{path} can't be read: {error.strerror}; nothing was imported") from error


def digest_of(path: Path) -> str:
    """The SHA-256 of the file's bytes, by which the box knows it again. Raises BadInput."""
    with importing(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_text(path: Path, largest_bytes: int) -> str:
    """The file's text. Raises UnreadableError, and OSError from the system."""
    with path.open("rb") as file:
        raw = file.read(largest_bytes + 1)
    if len(raw) > largest_bytes:
        raise UnreadableError(f"it is longer than {largest_bytes} bytes: is it the right file?")
    return decoded(raw)
