"""A file's prizes, taken whole: names, weights, units, and the variants that units are of."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from boxd import names
from boxd.errors import Refused
from boxd.ledger import prize_names, stock, variants
from boxd.ledger.ledger import Transaction
from boxd.ledger.stock import StockedPrize

_REASON = "import"


@dataclass(frozen=True)
class ImportedPrize:
    """A row of a file: `units` of the prize, or of its variant with this label.

    `names` are the prize's names in other languages; None leaves those that it has.
    """

    sku: str
    name: str
    units: int
    weight: int
    variant: str | None = None
    names: Mapping[str, str] | None = None


def take(tx: Transaction, rows: Sequence[ImportedPrize], actor: str, *, is_count: bool) -> None:
    """Add what is new, rename what is known, and receive the units or book what was counted.

    Raises Refused for units of a prize itself where its variants have them.
    """
    _require_sorted(rows)
    for row in rows:
        if row.variant is None:
            _take_whole(tx, row, actor, is_count=is_count)
        else:
            _take_variant(tx, row, row.variant, actor, is_count=is_count)
        if row.names is not None:
            prize_names.put(tx, row.sku, row.names, actor)


def _require_sorted(rows: Sequence[ImportedPrize]) -> None:
    varied = {row.sku for row in rows if row.variant is not None}
    for row in rows:
        if row.variant is None and row.units and row.sku in varied:
            raise Refused(
                f"'{row.sku}' has {row.units} units without a variant and others with one; say of"
                " which variant they are"
            )


def _take_whole(tx: Transaction, row: ImportedPrize, actor: str, *, is_count: bool) -> None:
    if row.units:
        variants.require_none(tx.connection, row.sku)
    _take_prize(tx, row, 0 if is_count else row.units, actor)
    if is_count:
        stock.count(tx, row.sku, row.units, _REASON, actor)


def _take_variant(
    tx: Transaction, row: ImportedPrize, label: str, actor: str, *, is_count: bool
) -> None:
    if not _is_known(tx.connection, row):
        _take_prize(tx, row, 0, actor)
    known = {
        names.folded(each.label): each.sku for each in variants.of_prize(tx.connection, row.sku)
    }
    own = known.get(names.folded(label))
    if own is None:
        variants.add(tx, row.sku, [variants.NewVariant(label, row.units)], actor)
        return
    if row.weight and not stock.find(tx.connection, own)["weight"]:
        stock.change(tx, own, actor, weight=row.weight)  # the prize was taken out of the draw
    if is_count:
        stock.count(tx, own, row.units, _REASON, actor)
    elif row.units:
        stock.adjust(tx, own, row.units, _REASON, actor)


def _take_prize(tx: Transaction, row: ImportedPrize, units: int, actor: str) -> None:
    is_known = _is_known(tx.connection, row)
    stock.import_prizes(tx, [StockedPrize(row.sku, row.name, units, row.weight)], actor)
    if not is_known:
        variants.rename(tx, row.sku, actor)


def _is_known(connection: sqlite3.Connection, row: ImportedPrize) -> bool:
    """Whether the prize is there with this name and weight."""
    found = connection.execute(
        "SELECT 1 FROM prizes WHERE sku = ? AND name = ? AND weight = ?",
        (row.sku, row.name, row.weight),
    )
    return found.fetchone() is not None
