"""Prizes, and their stock as movements that add up."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from boxd.errors import NotFound, Refused
from boxd.issue import why_no_prize
from boxd.ledger import audit, outbox, prize_names
from boxd.ledger.ledger import Transaction

REHEARSAL = "_rehearsal"
"""The sku of the rehearsal's prize, which is in no list; see `ledger/rehearsal.py`."""


class StockLocation(StrEnum):
    """Where a unit can be."""

    OUTSIDE = "outside"
    ON_HAND = "on_hand"
    HELD = "held"
    DISPENSED = "dispensed"
    WRITTEN_OFF = "written_off"


_SELECT = (
    "SELECT sku, name, weight, received, on_hand, held, dispensed, written_off,"
    " of_sku AS variant_of, label AS variant, place,"
    " EXISTS (SELECT 1 FROM prize_variants AS own WHERE own.of_sku = prizes.sku) AS has_variants,"
    " (SELECT json_group_object(language, prize_names.name) FROM prize_names"
    "  WHERE prize_names.sku = prizes.sku) AS names"
    " FROM prizes JOIN stock USING (sku) LEFT JOIN prize_variants USING (sku)"
)
_ACTIONS = {
    (StockLocation.OUTSIDE, StockLocation.ON_HAND): "stock.received",
    (StockLocation.ON_HAND, StockLocation.HELD): "stock.held",
    (StockLocation.HELD, StockLocation.ON_HAND): "stock.released",
    (StockLocation.HELD, StockLocation.DISPENSED): "stock.dispensed",
    (StockLocation.ON_HAND, StockLocation.WRITTEN_OFF): "stock.written_off",
    (StockLocation.ON_HAND, StockLocation.OUTSIDE): "stock.sent",
}


@dataclass(frozen=True)
class Movement:
    """`quantity` units of `sku` that go from one place to another, and the reason.

    `move` is the stock move between two boxes that it belongs to.
    """

    sku: str
    source: StockLocation
    target: StockLocation
    actor: str
    reason: str
    quantity: int = 1
    code: int | None = None
    redemption: str | None = None
    move: str | None = None


@dataclass(frozen=True)
class StockedPrize:
    """A prize in an organiser's import: `units` are added to the stock.

    `names` are its names in other languages; None leaves those that it has.
    """

    sku: str
    name: str
    units: int = 0
    weight: int = 1
    names: Mapping[str, str] | None = None


def move(tx: Transaction, movement: Movement) -> None:
    """Record the movement. Raises Refused if the source has too few units."""
    try:
        tx.connection.execute(
            "INSERT INTO movements"
            " (at, sku, quantity, source, target, code, actor, reason, stock_move)"
            " VALUES (?,?,?,?,?,?,?,?,?)",
            (
                tx.at,
                movement.sku,
                movement.quantity,
                movement.source,
                movement.target,
                movement.code,
                movement.actor,
                movement.reason,
                movement.move,
            ),
        )
    except sqlite3.IntegrityError:
        raise Refused(_why_too_few(tx.connection, movement)) from None
    audit.append(
        tx,
        audit.Entry(
            actor=movement.actor,
            action=_ACTIONS[movement.source, movement.target],
            cause=movement.reason,
            redemption=movement.redemption,
            code=movement.code,
            sku=movement.sku,
            detail=_told(movement),
        ),
    )
    if movement.source is StockLocation.ON_HAND and movement.sku != REHEARSAL:
        outbox.note_low_stock(tx, movement.sku, movement.quantity)


def _told(movement: Movement) -> audit.Detail:
    of_move: audit.Detail = {} if movement.move is None else {"move": movement.move}
    return {"quantity": movement.quantity, **of_move}


def _why_too_few(connection: sqlite3.Connection, movement: Movement) -> str:
    where = movement.source.replace("_", " ")
    there = int(str(find(connection, movement.sku)[movement.source.value]))
    units = f"{there or 'no'} unit{'' if there == 1 else 's'}"
    return (
        f"'{movement.sku}' has {units} {where}, and {movement.quantity}"
        f" {'is' if movement.quantity == 1 else 'are'} needed; nothing was changed"
    )


def import_prizes(tx: Transaction, prizes: list[StockedPrize], actor: str) -> None:
    """Add new prizes, rename known ones, and receive the units of each."""
    for prize in prizes:
        tx.connection.execute(
            "INSERT INTO prizes (sku, name, weight) VALUES (?,?,?)"
            " ON CONFLICT (sku) DO UPDATE SET name = excluded.name, weight = excluded.weight",
            (prize.sku, prize.name, prize.weight),
        )
        detail: audit.Detail = {"name": prize.name, "weight": prize.weight}
        audit.append(tx, audit.Entry(actor, "prize.imported", sku=prize.sku, detail=detail))
        if prize.names is not None:
            prize_names.put(tx, prize.sku, prize.names, actor)
        if prize.units:
            move(
                tx,
                Movement(
                    prize.sku,
                    StockLocation.OUTSIDE,
                    StockLocation.ON_HAND,
                    actor,
                    "import",
                    prize.units,
                ),
            )


def add(tx: Transaction, prize: StockedPrize, actor: str) -> None:
    """Add a new prize and receive its units. Raises Refused if its sku is in use."""
    known = {str(row["sku"]): row for row in listing(tx.connection)}
    if prize.sku in known:
        raise Refused(
            f"the prize '{prize.sku}' is there already ({known[prize.sku]['name']}); change its"
            " name or weight, or receive more units of it"
        )
    import_prizes(tx, [prize], actor)


def change(
    tx: Transaction, sku: str, actor: str, name: str | None = None, weight: int | None = None
) -> None:
    """Give a prize another name or weight; None leaves it. Raises NotFound."""
    old = find(tx.connection, sku)
    new = StockedPrize(
        sku,
        str(old["name"]) if name is None else name,
        weight=int(str(old["weight"])) if weight is None else weight,
    )
    import_prizes(tx, [new], actor)


def count(tx: Transaction, sku: str, units: int, reason: str, actor: str) -> int:
    """Book the difference to what somebody has counted; returns it (above 0: more were there).

    `units` are all that lie there, also those that are held for codes. Raises NotFound, and
    Refused if fewer are there than are held.
    """
    prize = find(tx.connection, sku)
    on_hand, held = int(str(prize["on_hand"])), int(str(prize["held"]))
    if units < held:
        raise Refused(
            f"{held} units of '{sku}' are held for codes that are out, and only {units} were"
            f" counted: void {held - units} of these codes first; nothing was changed"
        )
    difference = units - held - on_hand
    if difference:
        adjust(tx, sku, difference, reason, actor)
    counted: audit.Detail = {"units": units, "difference": difference}
    audit.append(tx, audit.Entry(actor, "prize.counted", reason, sku=sku, detail=counted))
    return difference


def retire(tx: Transaction, sku: str, reason: str, actor: str) -> int:
    """Write off what is on hand of a prize and draw it no more; returns how many units that were.

    Its row stays, because codes and movements name it. Held units stay with their codes.
    """
    on_hand = int(str(find(tx.connection, sku)["on_hand"]))
    if on_hand:
        adjust(tx, sku, -on_hand, reason, actor)
    change(tx, sku, actor, weight=0)
    audit.append(tx, audit.Entry(actor, "prize.retired", reason, sku=sku))
    return on_hand


def adjust(tx: Transaction, sku: str, units: int, reason: str, actor: str) -> None:
    """Receive (`units` > 0) or write off (`units` < 0) units on hand."""
    find(tx.connection, sku)
    way = (
        (StockLocation.OUTSIDE, StockLocation.ON_HAND)
        if units > 0
        else (StockLocation.ON_HAND, StockLocation.WRITTEN_OFF)
    )
    move(tx, Movement(sku, *way, actor, reason, abs(units)))


def find(connection: sqlite3.Connection, sku: str) -> dict[str, object]:
    """The prize and its stock. Raises NotFound naming the known ones."""
    row = connection.execute(f"{_SELECT} WHERE sku = ?", (sku,)).fetchone()
    if row is None:
        known = [str(prize["sku"]) for prize in listing(connection)]
        raise NotFound(why_no_prize(sku, known))
    return _prize(row)


def countable(connection: sqlite3.Connection) -> list[dict[str, object]]:
    """The prizes that units lie of: without those whose variants have all of them."""
    return [
        each
        for each in listing(connection)
        if not each["has_variants"] or each["on_hand"] or each["held"] or each["dispensed"]
    ]


def listing(connection: sqlite3.Connection) -> list[dict[str, object]]:
    """All prizes with their stock, by sku."""
    found = connection.execute(f"{_SELECT} WHERE sku <> ? ORDER BY sku", (REHEARSAL,))
    return [_prize(row) for row in found]


def _prize(row: sqlite3.Row) -> dict[str, object]:
    return {**dict(row), "names": json.loads(row["names"])}
