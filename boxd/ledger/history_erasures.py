"""Histories at the Temporal server that have to go, because somebody was forgotten."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from boxd.ledger.ledger import Transaction


def ask(tx: Transaction, attendee: int) -> None:
    """Have the histories of all of an attendee's tasks deleted; asked twice, it is one request."""
    tx.connection.execute(
        "INSERT OR IGNORE INTO history_erasures (task, asked_at)"
        " SELECT id, ? FROM tasks WHERE attendee = ?",
        (tx.at, attendee),
    )


def left(connection: sqlite3.Connection) -> int:
    """How many there are still."""
    return int(connection.execute("SELECT count(*) FROM history_erasures").fetchone()[0])


def next_ones(connection: sqlite3.Connection, most: int) -> list[str]:
    """Some tasks whose histories can go now: no code is just being issued for them."""
    found = connection.execute(
        "SELECT task FROM history_erasures WHERE NOT EXISTS"
        " (SELECT 1 FROM issues WHERE issues.task = history_erasures.task AND ended_at IS NULL)"
        " ORDER BY task LIMIT ?",
        (most,),
    )
    return [str(row[0]) for row in found]


def gone(tx: Transaction, tasks: Sequence[str]) -> None:
    """The histories of these tasks are deleted."""
    tx.connection.executemany(
        "DELETE FROM history_erasures WHERE task = ?", [(task,) for task in tasks]
    )
