"""Units on their way between two boxes, as one ledger knows them.

The sender signs what left (`stock_sent.py`), the receiver what arrived (`stock_arrivals.py`), each
in one transaction. In between the units are nobody's.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from boxd.errors import NotFound
from boxd.ledger import stock
from boxd.ledger.ledger import Transaction
from boxd.ledger.stock import Movement, StockLocation
from boxd.stock_move import StockOrder, StockReport


@dataclass(frozen=True)
class StockMove:
    """A move as this ledger knows it; `is_ours`: this box sent the units."""

    order: StockOrder
    report: StockReport
    is_ours: bool
    since: str

    @property
    def missing(self) -> int:
        """The units that are under way or, once the receiver has signed, missing."""
        return self.order.units - self.report.units

    def as_json(self, box_names: Sequence[str]) -> dict[str, object]:
        """The move for people and programs at this box; `box_names` are the boxes', from 1."""
        box = self.order.receiver if self.is_ours else self.order.sender
        return {
            "move": self.order.move,
            "direction": "out" if self.is_ours else "in",
            "sku": self.order.sku,
            "name": self.order.name,
            "units": self.order.units,
            "box": box,
            "box_name": box_names[box - 1] if box <= len(box_names) else "",
            **asdict(self.report),
            "missing": self.missing,
            "since": self.since,
        }


def require(connection: sqlite3.Connection, move: str) -> StockMove:
    """The move. Raises NotFound."""
    if (found := find(connection, move)) is None:
        raise NotFound(
            f"no stock move '{move}' is known here; `boxd stock list` shows those that are. What"
            " another box has sent is known as soon as both boxes were connected"
        )
    return found


def find(connection: sqlite3.Connection, move: str) -> StockMove | None:
    """The move, if this ledger knows it."""
    row = connection.execute("SELECT * FROM stock_moves WHERE id = ?", (move,)).fetchone()
    return None if row is None else _move(row)


def open_ones(connection: sqlite3.Connection) -> list[StockMove]:
    """The moves with units that are nowhere, of both directions."""
    rows = connection.execute(
        "SELECT * FROM stock_moves WHERE arrived + returned + written_off < units ORDER BY id"
    )
    return [_move(row) for row in rows]


def _move(row: sqlite3.Row) -> StockMove:
    return StockMove(
        order=StockOrder(
            row["id"], row["sku"], row["name"], row["units"], row["sender"], row["receiver"]
        ),
        report=StockReport(
            bool(row["is_signed"]), row["arrived"], row["returned"], row["written_off"]
        ),
        is_ours=bool(row["is_ours"]),
        since=row["since"],
    )


def insert(tx: Transaction, order: StockOrder, *, is_ours: bool) -> None:
    """Write down that the units are on their way."""
    tx.connection.execute(
        "INSERT INTO stock_moves (id, sku, name, units, sender, receiver, is_ours, since)"
        " VALUES (?,?,?,?,?,?,?,?)",
        (
            order.move,
            order.sku,
            order.name,
            order.units,
            order.sender,
            order.receiver,
            is_ours,
            tx.at,
        ),
    )


def book(
    tx: Transaction,
    order: StockOrder,
    source: StockLocation,
    target: StockLocation,
    units: int,
    actor: str,
    reason: str,
) -> None:
    """Move units of this ledger's stock, as a part of the stock move."""
    why = f"{reason} ({order.move})"
    stock.move(tx, Movement(order.sku, source, target, actor, why, units, move=order.move))
