"""Heads of the audit trail: a row's number and hash, which leave the box and anchor the trail.

Who rewrites the trail afterwards can't make it end in the same hash at that row. In text a head is
`NUMBER.HASH.SIGNATURE`; `NUMBER.HASH` and a hash that is cut short are heads, too.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass

from boxd.errors import BadInput

_HASH_CHARACTERS = 64
# Enough of a hash that nobody finds another trail with it: 96 bits.
_SHORT = 24
_FORM = re.compile(r"([0-9]{1,15})[.-]([0-9a-f]{24,64})(?:\.([A-Za-z0-9_-]{86}))?")


@dataclass(frozen=True)
class Head:
    """A row of the trail: its number, its hash (perhaps cut short), and the box's signature."""

    seq: int
    hash: str
    signature: str = ""

    @property
    def bare(self) -> str:
        """What is signed: number and hash."""
        return f"{self.seq}.{self.hash}"

    @property
    def short(self) -> str:
        """A form for the name of a file."""
        return f"{self.seq}-{self.hash[:_SHORT]}"

    def __str__(self) -> str:
        return f"{self.bare}.{self.signature}" if self.signature else self.bare


def newest(connection: sqlite3.Connection) -> Head:
    """The last row's head."""
    row = connection.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    return Head(row[0], row[1].hex()) if row else Head(0, "0" * _HASH_CHARACTERS)


def parse(text: str) -> Head:
    """A head as it was printed. Raises BadInput."""
    form = _FORM.fullmatch(text.strip())
    if form is None:
        raise BadInput(
            f"'{text[:40]}' is no head of an audit trail; one looks like 4711.8f3a… (24 to 64 hex"
            " digits), and may have a signature behind it: boxd audit head shows the present one"
        )
    return Head(int(form[1]), form[2], form[3] or "")


def why_not_in(connection: sqlite3.Connection, head: Head) -> str:
    """Why this trail is not the one with that head; empty if it is."""
    if head.seq == 0:
        return ""
    row = connection.execute("SELECT hash FROM audit WHERE seq = ?", (head.seq,)).fetchone()
    if row is None:
        return f"entry {head.seq} is not there, which left the box with the head {head.bare}"
    if not row[0].hex().startswith(head.hash):
        return f"entry {head.seq} or one before it is another than when the head left the box"
    return ""
