"""The receiver's side of a stock move: it signs for what arrived, a person decides about the rest.

Each function is one transaction.
"""

from __future__ import annotations

import sqlite3

from boxd.errors import Refused
from boxd.ledger import alarms, audit, stock, stock_moves, variants
from boxd.ledger.ledger import Transaction
from boxd.ledger.stock import StockLocation
from boxd.ledger.stock_moves import StockMove
from boxd.stock_move import MissingUnits, StockOrder, StockReport
from boxd.words import N_

_BOXD = "boxd"
_SHORT = "stock_short"
_OUTSIDE, _ON_HAND = StockLocation.OUTSIDE, StockLocation.ON_HAND
_MISSING = N_(
    "{units} of {sku} from box {sender} did not arrive (move {move}). Say what became of them:"
    " `boxd stock settle {move} {units} lost --reason …`, or found, returned, written-off"
)


def expect(tx: Transaction, order: StockOrder, known: StockReport) -> StockReport:
    """The receiver's row, made if it is not there; returns what became of the units so far.

    `known` is what the sender heard before: what it has taken back is not decided again by a
    ledger that was restored.
    """
    if stock_moves.find(tx.connection, order.move) is None:
        stock_moves.insert(tx, order, is_ours=False)
        tx.connection.execute(
            "UPDATE stock_moves SET returned = ? WHERE id = ?", (known.returned, order.move)
        )
        detail: audit.Detail = {"move": order.move, "quantity": order.units, "box": order.sender}
        audit.append(tx, audit.Entry(_BOXD, "stock_move.announced", sku=order.sku, detail=detail))
    return stock_moves.require(tx.connection, order.move).report


def arrive(tx: Transaction, move: str, units: int, actor: str) -> StockMove:
    """The receiver signs for the units that are there; an alarm names those that are not.

    Raises NotFound for an unknown move, Refused at the sender, and for more units than are missing.
    """
    found = _at_receiver(tx.connection, move, units)
    if found.report.is_signed:
        raise Refused(
            f"'{move}' was signed for already, and {found.missing} are missing: say what became of"
            f" them with `boxd stock settle {move} UNITS found --reason …`"
        )
    _receive(tx, found, units, actor, f"from box {found.order.sender}")
    tx.connection.execute(
        "UPDATE stock_moves SET is_signed = 1, arrived = arrived + ?, since = ? WHERE id = ?",
        (units, tx.at, move),
    )
    detail: audit.Detail = {"move": move, "quantity": units, "of": found.order.units}
    audit.append(tx, audit.Entry(actor, "stock_move.arrived", sku=found.order.sku, detail=detail))
    return _told(tx, move)


def settle(
    tx: Transaction, move: str, units: int, became: MissingUnits, reason: str, actor: str
) -> StockMove:
    """A person says what became of units that are missing.

    Raises NotFound for an unknown move, Refused at the sender, before the receiver has signed, and
    for more units than are missing.
    """
    found = _at_receiver(tx.connection, move, units)
    if not found.report.is_signed:
        raise Refused(
            f"nobody has signed for '{move}' yet: count what is there, `boxd stock arrive {move}"
            " UNITS`, 0 if nothing is"
        )
    if became in {MissingUnits.FOUND, MissingUnits.LOST, MissingUnits.WRITTEN_OFF}:
        _receive(tx, found, units, actor, reason)
    if became in {MissingUnits.LOST, MissingUnits.WRITTEN_OFF}:
        stock_moves.book(tx, found.order, _ON_HAND, StockLocation.WRITTEN_OFF, units, actor, reason)
    sums = {MissingUnits.FOUND: "arrived", MissingUnits.RETURNED: "returned"}
    column = sums.get(became, "written_off")
    tx.connection.execute(
        f"UPDATE stock_moves SET {column} = {column} + ?, since = ? WHERE id = ?",
        (units, tx.at, move),
    )
    detail: audit.Detail = {"move": move, "quantity": units, "became": became.value}
    audit.append(
        tx, audit.Entry(actor, "stock_move.settled", reason, sku=found.order.sku, detail=detail)
    )
    return _told(tx, move)


def _at_receiver(connection: sqlite3.Connection, move: str, units: int) -> StockMove:
    found = stock_moves.require(connection, move)
    if found.is_ours:
        raise Refused(
            f"'{move}' left this box: who is at box {found.order.receiver} signs for it, and says"
            " there what became of units that are missing"
        )
    if units > found.missing:
        raise Refused(
            f"{units} are more than the {found.missing} of '{move}' that are under way; sign for"
            f" these, and book the rest with `boxd prizes adjust {found.order.sku} +UNITS`"
        )
    return found


def _receive(tx: Transaction, found: StockMove, units: int, actor: str, reason: str) -> None:
    """Units come to this box; it learns a prize that it did not have, out of the draw."""
    order = found.order
    known = "SELECT 1 FROM prizes WHERE sku = ?"
    if tx.connection.execute(known, (order.sku,)).fetchone() is None:
        stock.add(tx, stock.StockedPrize(order.sku, order.name, weight=0), actor)
    if units:
        variants.require_none(tx.connection, order.sku)
        stock_moves.book(tx, order, _OUTSIDE, _ON_HAND, units, actor, reason)


def _told(tx: Transaction, move: str) -> StockMove:
    """The move; the alarm about what is missing of it is as it has to be."""
    found = stock_moves.require(tx.connection, move)
    alarms.clear(tx, _SHORT, move)
    if found.missing:
        values = {
            "units": found.missing,
            "sku": found.order.sku,
            "sender": found.order.sender,
            "move": move,
        }
        alarms.raise_alarm(tx, _SHORT, move, _MISSING.format(**values))
    return found
