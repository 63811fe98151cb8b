"""The address at which phones reach this box, as an organiser chose it."""

from __future__ import annotations

import sqlite3

from boxd.ledger import audit
from boxd.ledger.ledger import Transaction


def chosen(connection: sqlite3.Connection) -> str | None:
    """The chosen address; None if nobody has chosen one."""
    row = connection.execute("SELECT address FROM phones_address").fetchone()
    return str(row[0]) if row else None


def choose(tx: Transaction, address: str, actor: str) -> None:
    """Let phones reach the box there from now on."""
    if chosen(tx.connection) == address:
        return
    tx.connection.execute(
        "INSERT INTO phones_address VALUES (1,?,?,?) ON CONFLICT (only) DO UPDATE SET"
        " address = excluded.address, since = excluded.since, actor = excluded.actor",
        (address, tx.at, actor),
    )
    audit.append(tx, audit.Entry(actor, "phones.address_chosen", detail={"address": address}))
