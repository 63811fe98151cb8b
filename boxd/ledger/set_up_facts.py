"""What is true of an event's preparation, for the list of what comes first."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from boxd.ledger import stock


@dataclass(frozen=True)
class SetUpFacts:
    """What is there already."""

    has_stock: bool
    has_task: bool
    has_people: bool
    has_attendant: bool
    has_printed: bool
    has_rehearsed: bool


def look(connection: sqlite3.Connection) -> SetUpFacts:
    """The facts at this moment. Each is found at the first row."""
    return SetUpFacts(
        has_stock=_is_any(connection, f"stock WHERE received > 0 AND sku <> '{stock.REHEARSAL}'"),
        has_task=_is_any(connection, "task_kinds WHERE offered = 1"),
        has_people=_is_any(connection, "attendees WHERE forgotten_at IS NULL AND is_rehearsal = 0"),
        has_attendant=_is_any(connection, "staff WHERE role = 'attendant'"),
        has_printed=_is_any(connection, "printed"),
        # Who has given prizes out needs no rehearsal any more.
        has_rehearsed=_is_any(connection, "stock WHERE dispensed > 0"),
    )


def _is_any(connection: sqlite3.Connection, what: str) -> bool:
    return connection.execute(f"SELECT 1 FROM {what} LIMIT 1").fetchone() is not None
