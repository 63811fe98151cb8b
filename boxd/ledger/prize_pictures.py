"""Which prize has which picture."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from boxd.ledger import audit, stock
from boxd.ledger.ledger import Transaction

_MOST_TO_WIN = 12  # on a phone, whose page stays small


@dataclass(frozen=True)
class PicturedPrize:
    """A prize and the digest of its picture."""

    name: str
    digest: str


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
    """The digests of the pictures by sku; a variant without one has that of its prize."""
    return dict(tuple(row) for row in connection.execute(_ALL))


def of_prizes(connection: sqlite3.Connection, skus: Collection[str]) -> dict[str, str]:
    """The digests of these prizes' pictures by sku."""
    if not skus:
        return {}
    return {sku: digest for sku, digest in all_of(connection).items() if sku in skus}


def to_win(connection: sqlite3.Connection) -> list[PicturedPrize]:
    """The prizes with a picture that can be drawn now, by name, a few at most."""
    found = connection.execute(
        "SELECT name, digest FROM prizes JOIN prize_pictures USING (sku) WHERE weight > 0"
        " AND EXISTS (SELECT 1 FROM stock LEFT JOIN prize_variants USING (sku)"
        " WHERE coalesce(of_sku, stock.sku) = prizes.sku AND on_hand > 0) ORDER BY name LIMIT ?",
        (_MOST_TO_WIN,),
    )
    return [PicturedPrize(*row) for row in found]


_ALL = (
    "SELECT prizes.sku, coalesce(own.digest, whole.digest) AS digest FROM prizes"
    " LEFT JOIN prize_variants USING (sku) LEFT JOIN prize_pictures AS own USING (sku)"
    " LEFT JOIN prize_pictures AS whole ON whole.sku = of_sku"
    " WHERE coalesce(own.digest, whole.digest) IS NOT NULL"
)
