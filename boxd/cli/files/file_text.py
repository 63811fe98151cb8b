"""The text of a file, whatever program has saved it.

UTF-8 and, with its mark, UTF-16 are recognised. Anything else is refused instead of guessed: 8-bit
encodings can't be told apart, and a wrong guess misspells people's names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from boxd.errors import BadInput

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_UTF32 = (b"\xff\xfe\0\0", b"\0\0\xfe\xff")
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class UnreadableError(Exception):
    """The whole file can't be understood; the message has the rule and the remedy."""


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
    return _decoded(raw)


def _decoded(raw: bytes) -> str:
    if raw.startswith(_SPREADSHEETS):
        raise UnreadableError("it is a spreadsheet, not text; save it as 'CSV UTF-8'")
    if raw.startswith(_UTF16) and not raw.startswith(_UTF32):
        return _as_utf16(raw)
    if b"\0" in raw:
        raise UnreadableError("it is not UTF-8 text; save it as 'CSV UTF-8'")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(_why_not_utf8(raw, error.start)) from None


def _as_utf16(raw: bytes) -> str:
    try:
        return raw.decode("utf-16")
    except UnicodeDecodeError as error:
        raise UnreadableError(
            f"it begins as UTF-16 and breaks off at byte {error.start}; save it as 'CSV UTF-8'"
        ) from None


def _why_not_utf8(raw: bytes, at: int) -> str:
    line = raw[:at].count(b"\n") + 1
    western = raw[at : at + 1].decode("cp1252", errors="replace")
    return (
        f"line {line}: byte 0x{raw[at]:02x} is not UTF-8; save it as 'CSV UTF-8'."
        f" If it is Western European ('{western}' there):"
        " iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW"
    )
