"""Variants: forms of one prize, such as sizes, each with a stock of its own.

Which one a code is for is drawn; its attendee may choose another one until the code is used.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from boxd.errors import Refused
from boxd.ledger import audit, codes, outbox, stock
from boxd.ledger.ledger import Transaction
from boxd.words import N_

MOST = 24
_LONGEST_SKU = 32


@dataclass(frozen=True)
class NewVariant:
    """A variant to add: what it is called beside the prize's name, and its first units."""

    label: str
    units: int = 0


@dataclass(frozen=True)
class Variant:
    """A variant of a prize; `on_hand` are its units that no code has."""

    sku: str
    label: str
    on_hand: int


def of_prize(connection: sqlite3.Connection, sku: str) -> list[Variant]:
    """The variants of a prize, in their order; none if it has none."""
    found = connection.execute(
        "SELECT sku, label, on_hand FROM prize_variants JOIN stock USING (sku)"
        " WHERE of_sku = ? ORDER BY place",
        (sku,),
    )
    return [Variant(*row) for row in found]


def beside(connection: sqlite3.Connection, sku: str) -> list[Variant]:
    """All variants of the prize that this one is a variant of; none if it is not."""
    row = connection.execute("SELECT of_sku FROM prize_variants WHERE sku = ?", (sku,)).fetchone()
    return [] if row is None else of_prize(connection, row["of_sku"])


def add(tx: Transaction, sku: str, new: Sequence[NewVariant], actor: str) -> None:
    """Give a prize variants. Units of it that are in none are written off, and to be counted anew.

    Raises NotFound; Refused for a variant's own variants, for too many, or for a label twice.
    """
    prize = stock.find(tx.connection, sku)
    if beside(tx.connection, sku):
        raise Refused(f"'{sku}' is a variant itself; add variants to the prize that it belongs to")
    known = of_prize(tx.connection, sku)
    labels = [label.casefold() for label in _labels(known) + _labels(new)]
    if len(set(labels)) < len(labels):
        raise Refused(f"'{sku}' would have a variant twice; name each once")
    if len(labels) > MOST:
        raise Refused(f"'{sku}' would have {len(labels)} variants; {MOST} are the most")
    if (unsorted := int(str(prize["on_hand"]))) and new:
        stock.adjust(tx, sku, -unsorted, "counted by variant from now on", actor)
    taken = {str(each["sku"]) for each in stock.listing(tx.connection)}
    for place, each in enumerate(new, _next_place(tx.connection, sku)):
        own = _free_sku(sku, each.label, taken)
        taken.add(own)
        _add_one(tx, prize, own, each, place, actor)


def _labels(variants: Sequence[NewVariant | Variant]) -> list[str]:
    return [each.label for each in variants]


def _add_one(
    tx: Transaction, prize: dict[str, object], own: str, new: NewVariant, place: int, actor: str
) -> None:
    name, weight = name_of(str(prize["name"]), new.label), int(str(prize["weight"]))
    stock.import_prizes(tx, [stock.StockedPrize(own, name, new.units, weight)], actor)
    sku = str(prize["sku"])
    tx.connection.execute(
        "INSERT INTO prize_variants VALUES (?,?,?,?)", (own, sku, new.label, place)
    )
    told: audit.Detail = {"of": sku, "label": new.label}
    audit.append(tx, audit.Entry(actor, "prize.variant_added", sku=own, detail=told))


def _next_place(connection: sqlite3.Connection, sku: str) -> int:
    found = connection.execute("SELECT max(place) FROM prize_variants WHERE of_sku = ?", (sku,))
    return int(found.fetchone()[0] or 0) + 1


def name_of(prize: str, label: str) -> str:
    """What a variant is called where it stands alone."""
    return f"{prize}, {label}"


def rename(tx: Transaction, sku: str, actor: str) -> None:
    """Call the variants of a prize after its present name."""
    name = str(stock.find(tx.connection, sku)["name"])
    for each in of_prize(tx.connection, sku):
        stock.change(tx, each.sku, actor, name=name_of(name, each.label))


def require_none(connection: sqlite3.Connection, sku: str) -> None:
    """Raise Refused if units of a prize lie in its variants, and can't come to it itself."""
    if found := of_prize(connection, sku):
        known = ", ".join(each.sku for each in found)
        raise Refused(f"'{sku}' has variants, which have the units; choose one of them: {known}")


def choose(tx: Transaction, code: int, wanted: str, actor: str) -> bool:
    """Hold a unit of another variant for a ready code; returns whether anything changed.

    Raises NotFound; Refused for a code that is not ready, for another prize, or if none is left.
    """
    found = codes.find(tx.connection, code)
    held = str(found["sku"])
    if held == wanted:
        return False
    if found["state"] != "ready":
        raise Refused(N_("this code is at the box or was used; nothing can be chosen any more"))
    others = {each.sku: each for each in beside(tx.connection, held)}
    if wanted not in others:
        raise Refused(N_("this is no variant of the code's prize; choose one that is shown"))
    if not others[wanted].on_hand:
        raise Refused(N_("none of these is left; choose another one"))
    _move(tx, code, wanted, actor, to_code=True)
    tx.connection.execute("UPDATE codes SET sku = ? WHERE id = ?", (wanted, code))
    detail: audit.Detail = {"sku": wanted}
    audit.append(tx, audit.Entry(actor, "code.exchanged", code=code, sku=held, detail=detail))
    _move(tx, code, held, actor, to_code=False)
    _tell_upstream(tx, code, held, wanted, actor)
    return True


def _tell_upstream(tx: Transaction, code: int, held: str, wanted: str, actor: str) -> None:
    row = tx.connection.execute("SELECT attendee FROM codes WHERE id = ?", (code,)).fetchone()
    told = {"code": code, "sku": wanted, "instead_of": held, "by": actor}
    outbox.note(tx, outbox.EventType.CODE_EXCHANGED, told, row["attendee"])


def _move(tx: Transaction, code: int, sku: str, actor: str, *, to_code: bool) -> None:
    places = (stock.StockLocation.ON_HAND, stock.StockLocation.HELD)
    source, target = places if to_code else places[::-1]
    stock.move(tx, stock.Movement(sku, source, target, actor, "another variant", code=code))


def _free_sku(sku: str, label: str, taken: set[str]) -> str:
    """A sku made of the prize's and the label, which no prize has."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    stem = f"{sku}-{re.sub(r'[^a-z0-9]+', '-', plain).strip('-') or 'variant'}"
    stem = stem[: _LONGEST_SKU - 3].strip("-")
    candidate, number = stem, 2
    while candidate in taken:
        candidate, number = f"{stem}-{number}", number + 1
    return candidate
