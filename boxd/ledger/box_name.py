"""What people call this box, as an organiser chose it."""

from __future__ import annotations

import sqlite3

from boxd.ledger import audit
from boxd.ledger.ledger import Transaction


def chosen(connection: sqlite3.Connection) -> str | None:
    """The chosen name; None if nobody has chosen one."""
    row = connection.execute("SELECT name FROM box_name").fetchone()
    return str(row[0]) if row else None


def choose(tx: Transaction, name: str, actor: str) -> None:
    """Call the box so from now on."""
    if chosen(tx.connection) == name:
        return
    tx.connection.execute(
        "INSERT INTO box_name VALUES (1,?,?,?) ON CONFLICT (only) DO UPDATE SET"
        " name = excluded.name, since = excluded.since, actor = excluded.actor",
        (name, tx.at, actor),
    )
    audit.append(tx, audit.Entry(actor, "box.named", detail={"name": name}))
