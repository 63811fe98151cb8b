"""Codes that are issued again after the box got new keys: the old ones void, each with a new one.

A code that the present reading key does not open was sealed with an old key; who has that key and
a copy of the ledger can read it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from boxd.errors import KeysMissing
from boxd.ledger import codes, stock
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.codes import CodeOrder
from boxd.ledger.ledger import Transaction

AT_ONCE = 200  # a transaction of some tenths of a second on a Pi: claims wait for it


@dataclass(frozen=True)
class IssuedAgain:
    """How many codes were issued again, and whether there are more."""

    codes: int
    has_more: bool


def issue_again(
    tx: Transaction, order: CodeOrder, keys: CodeKeys, reason: str, at_once: int = AT_ONCE
) -> IssuedAgain:
    """Void some codes that an old key has sealed, and mint a new one for each, of the same prize.

    `order` says how new codes are made; attendee and prize are each old code's.
    """
    found = list(islice(_of_old_keys(tx.connection, keys), at_once + 1))
    for row in found[:at_once]:
        codes.end(tx, row["id"], "voided", order.actor, reason)
        minted = codes.mint(tx, order, row["attendee"], row["sku"], keys)
        moved = stock.Movement(
            row["sku"],
            stock.StockLocation.ON_HAND,
            stock.StockLocation.HELD,
            order.actor,
            "code issued",
            code=minted.number,
        )
        stock.move(tx, moved)
    return IssuedAgain(min(len(found), at_once), has_more=len(found) > at_once)


def _of_old_keys(connection: sqlite3.Connection, keys: CodeKeys) -> Iterator[sqlite3.Row]:
    """The codes that are still good and can't be read, oldest first."""
    ready = connection.execute(
        "SELECT id, attendee, sku, sealed FROM codes WHERE state = 'ready' ORDER BY id"
    )
    for row in ready.fetchall():
        try:
            keys.unseal(row["sealed"])
        except KeysMissing:
            yield row
