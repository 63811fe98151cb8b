"""The codes of one attendee, as shown to the attendee."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from boxd.ledger import audit
from boxd.ledger.ledger import Transaction


@dataclass(frozen=True)
class OwnCode:
    """A code of an attendee; `sealed` are its encrypted digits, see `CodeKeys.unseal`.

    `bay` is the id of the bay where it is in use.
    """

    number: int
    state: str
    sku: str
    prize: str
    sealed: bytes
    issued_at: str
    expires_at: str
    bay: str | None


def of_attendee(connection: sqlite3.Connection, attendee: int, limit: int = 100) -> list[OwnCode]:
    """The attendee's codes, newest first, without those that are not handed over yet."""
    found = connection.execute(
        "SELECT codes.id, state, codes.sku, name, sealed, issued_at, expires_at, bay FROM codes"
        " JOIN prizes USING (sku)"
        " LEFT JOIN redemptions ON redemptions.code = codes.id AND redemptions.ended_at IS NULL"
        " WHERE attendee = ? AND NOT EXISTS"
        " (SELECT 1 FROM issues WHERE issues.code = codes.id AND issues.state = 'minted')"
        " ORDER BY codes.id DESC LIMIT ?",
        (attendee, limit),
    )
    return [OwnCode(*row) for row in found]


def note_shown(tx: Transaction, codes: Iterable[int], attendee: int) -> None:
    """Record that the attendee's link has shown these codes."""
    for code in codes:
        detail: audit.Detail = {"attendee": attendee}
        audit.append(tx, audit.Entry("boxd", "code.shown", "by link", code=code, detail=detail))
