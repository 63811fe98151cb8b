"""Tells damage to an SQLite file from what keeps a sound one from being used."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

_NOT_THE_FILES_FAULT = frozenset(
    {
        sqlite3.SQLITE_AUTH,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOLFS,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)
_HEADER_BYTES = 100
# SQLite's words about damage repeat names out of the file, and Python can't read some of those.
TROUBLE: Final = (sqlite3.DatabaseError, UnicodeDecodeError)
_MAGIC = b"SQLite format 3\0"


def says_nothing_about_the_file(error: Exception) -> bool:
    """Whether rights, locks, memory or the disk are the cause, and the content may be whole.

    An error without SQLite's number is Python's own: text that is not UTF-8.
    """
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _NOT_THE_FILES_FAULT


def header_fault(file: Path) -> str:
    """What is wrong with the first bytes; empty if nothing is, or there is no file to read.

    SQLite takes some of these for a file of the future, and says that it can't be opened.
    https://www.sqlite.org/fileformat2.html#the_database_header
    """
    try:
        with file.open("rb") as opened:
            head = opened.read(_HEADER_BYTES)
    except OSError:
        return ""
    if not head:
        return ""
    if len(head) < _HEADER_BYTES or not head.startswith(_MAGIC):
        return "file is not a database"
    versions, reserved, fractions = head[18:20], head[20], head[21:24]
    is_ours = (
        set(versions) <= {1, 2}
        and reserved == 0
        and fractions == bytes((64, 32, 32))
        and head[44:48] in {bytes((0, 0, 0, number)) for number in range(5)}
        and head[56:60] in {bytes(4), bytes((0, 0, 0, 1))}
    )
    return "" if is_ours else "its header is not one of boxd's"
