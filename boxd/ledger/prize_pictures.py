"""Which prize has which picture."""

from __future__ import annotations

import sqlite3

from boxd.ledger import audit, stock
from boxd.ledger.ledger import Transaction


def put(tx: Transaction, sku: str, digest: str, actor: str) -> None:
    """Give a prize this picture. Raises NotFound."""
    stock.find(tx.connection, sku)
    tx.connection.execute(
        "INSERT OR REPLACE INTO prize_pictures (sku, digest, at, actor) VALUES (?,?,?,?)",
        (sku, digest, tx.at, actor),
    )
    audit.append(tx, audit.Entry(actor, "prize.pictured", sku=sku, detail={"digest": digest}))


def remove(tx: Transaction, sku: str, actor: str) -> None:
    """Take a prize's picture away. Raises NotFound."""
    stock.find(tx.connection, sku)
    gone = tx.connection.execute("DELETE FROM prize_pictures WHERE sku = ?", (sku,)).rowcount
    if gone:
        audit.append(tx, audit.Entry(actor, "prize.picture_removed", sku=sku))


def all_of(connection: sqlite3.Connection) -> dict[str, str]:
    """The digests of the pictures by sku."""
    return dict(tuple(row) for row in connection.execute("SELECT sku, digest FROM prize_pictures"))
