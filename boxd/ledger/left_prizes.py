"""Prizes that lie in jammed lockers: known where they are until a person has taken them out."""

from __future__ import annotations

import sqlite3

from boxd.ledger import audit, stock
from boxd.ledger.ledger import Transaction


def leave(tx: Transaction, locker: int, sku: str, redemption: str, actor: str) -> None:
    """A prize stays in a jammed locker, and another one is given instead."""
    if sku == stock.REHEARSAL:
        return
    tx.connection.execute(
        "INSERT INTO left_in_lockers (locker, sku, redemption, at) VALUES (?,?,?,?)"
        " ON CONFLICT (locker) DO UPDATE SET sku = excluded.sku,"
        " redemption = excluded.redemption, at = excluded.at",
        (locker, sku, redemption, tx.at),
    )
    entry = audit.Entry(actor, "prize.left_in_locker", "", redemption, locker=locker, sku=sku)
    audit.append(tx, entry)


def take_out(tx: Transaction, locker: int, actor: str, *, is_broken: bool) -> str:
    """A person has it in their hands; a broken one is written off. Returns it in words."""
    sku = of_locker(tx.connection, locker)
    if sku is None:
        return "nothing was known to lie there"
    tx.connection.execute("DELETE FROM left_in_lockers WHERE locker = ?", (locker,))
    audit.append(tx, audit.Entry(actor, "prize.taken_out", "", locker=locker, sku=sku))
    if is_broken:
        stock.adjust(tx, sku, -1, f"broken in locker {locker}", actor)
        return f"1 of {sku} is written off"
    return f"1 of {sku} is back on the shelf"


def of_locker(connection: sqlite3.Connection, locker: int) -> str | None:
    """The sku of what lies in the locker; None if nothing is known to."""
    row = connection.execute(
        "SELECT sku FROM left_in_lockers WHERE locker = ?", (locker,)
    ).fetchone()
    return None if row is None else str(row["sku"])
