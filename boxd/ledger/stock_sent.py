"""The sender's side of a stock move: units leave, and what became of them is heard.

Each function is one transaction, and may be repeated where it says so.
"""

from __future__ import annotations

import secrets

from boxd.ledger import stock, stock_moves
from boxd.ledger.ledger import Transaction
from boxd.ledger.stock import StockLocation
from boxd.ledger.stock_moves import StockMove
from boxd.stock_move import StockOrder, StockReport

_BOXD = "boxd"
_MOVE_NUMBERS = 1_000_000
_OUTSIDE, _ON_HAND = StockLocation.OUTSIDE, StockLocation.ON_HAND


def send(
    tx: Transaction, sku: str, units: int, sender: int, receiver: int, actor: str
) -> StockMove:
    """The units leave this box. Raises NotFound, and Refused if fewer are on hand."""
    name = str(stock.find(tx.connection, sku)["name"])
    move = f"{sender}-{secrets.randbelow(_MOVE_NUMBERS):06}"
    order = StockOrder(move, sku, name, units, sender, receiver)
    _leave(tx, order, actor, f"to box {receiver}")
    return stock_moves.require(tx.connection, move)


def hear(tx: Transaction, order: StockOrder, report: StockReport) -> None:
    """The sender learns what became of its units, and has those again that it got back.

    A ledger that was restored has forgotten that they left: they leave it now. Raises Refused if
    fewer are on hand.
    """
    if stock_moves.find(tx.connection, order.move) is None:
        _leave(tx, order, _BOXD, f"to box {order.receiver}, before this ledger was restored")
    known = stock_moves.require(tx.connection, order.move).report
    if (back := report.returned - known.returned) > 0:
        why = f"back from box {order.receiver}"
        stock_moves.book(tx, order, _OUTSIDE, _ON_HAND, back, _BOXD, why)
    tx.connection.execute(
        "UPDATE stock_moves SET is_signed = ?, arrived = ?, returned = max(returned, ?),"
        " written_off = ?, since = ? WHERE id = ?",
        (
            report.is_signed,
            report.arrived,
            report.returned,
            report.written_off,
            tx.at,
            order.move,
        ),
    )


def _leave(tx: Transaction, order: StockOrder, actor: str, reason: str) -> None:
    stock_moves.insert(tx, order, is_ours=True)
    stock_moves.book(tx, order, _ON_HAND, _OUTSIDE, order.units, actor, reason)
