"""What a table of prizes would change, row by row, before anything is written. Plain functions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from boxd import names
from boxd.lists.prize_rows import NAMES_IN, ListedPrize, WrittenPrize, checked
from boxd.lists.spreadsheets import why_mangled
from boxd.lists.table import ListTable, TableRow

COLUMNS = ("name", "units", "sku", "weight", "variant")
Matching = Mapping[str, int | None]
Stock = Mapping[str, Mapping[str, object]]
Place = tuple[str, str]
"""A prize's sku, and its variant's name with all spellings folded; empty for the prize itself."""


@dataclass(frozen=True)
class PrizeChange:
    """A prize or variant as it is and as it would be; `before` is None for a new one.

    `is_sorted_out`: its units are written off, because a line gives it its first variants.
    """

    prize: ListedPrize
    before: Mapping[str, object] | None
    units_after: int
    whole: Mapping[str, object] | None = None
    is_sorted_out: bool = False

    @property
    def units_before(self) -> int:
        """The units there now, those that are held for codes among them."""
        if self.before is None:
            return 0
        return int(str(self.before["on_hand"])) + int(str(self.before["held"]))

    @property
    def is_renamed(self) -> bool:
        """Whether the name changes."""
        return self.whole is not None and self.whole["name"] != self.prize.name

    @property
    def is_reweighed(self) -> bool:
        """Whether the chance to be drawn changes."""
        return self.whole is not None and self.whole["weight"] != self.prize.weight

    @property
    def is_translated(self) -> bool:
        """Whether its names in other languages change."""
        given = self.prize.names
        return given is not None and self.whole is not None and self.whole["names"] != given

    @property
    def is_changed(self) -> bool:
        """Whether anything changes."""
        moved = self.units_after != self.units_before
        told = self.is_renamed or self.is_reweighed or self.is_translated
        return self.before is None or moved or told


@dataclass(frozen=True)
class PrizeDifference:
    """All that would change, what would not, and what is wrong with the rows."""

    changes: tuple[PrizeChange, ...]
    unchanged: int
    faults: tuple[str, ...]


def difference(
    table: ListTable, matching: Matching, stock: Stock, is_count: bool
) -> PrizeDifference:
    """What the table would change, with its columns matched like this."""
    prizes, faults = checked(_written(table, matching, stock))
    places = {_place(each): each for each in stock.values()}
    changes = [_change(prize, stock, places, is_count) for prize in prizes]
    changed = (*_sorted_out(changes), *(each for each in changes if each.is_changed))
    return PrizeDifference(changed, sum(not each.is_changed for each in changes), tuple(faults))


def _place(row: Mapping[str, object]) -> Place:
    """The prize that a row of the stock belongs to, and which variant of it the row is."""
    return str(row["variant_of"] or row["sku"]), names.folded(str(row["variant"] or ""))


def _change(
    prize: ListedPrize, stock: Stock, places: Mapping[Place, Mapping[str, object]], is_count: bool
) -> PrizeChange:
    before = whole = stock.get(prize.sku)
    if prize.variant is not None:
        before = places.get((prize.sku, names.folded(prize.variant)))
    held = PrizeChange(prize, before, 0).units_before
    return PrizeChange(prize, before, prize.units if is_count else held + prize.units, whole)


def _sorted_out(changes: Sequence[PrizeChange]) -> Iterator[PrizeChange]:
    """The prizes whose own units end because they get variants, which are counted by themselves."""
    seen: set[str] = set()
    for each in changes:
        is_first = each.prize.variant is not None and each.before is None
        if each.whole is None or not is_first or each.prize.sku in seen:
            continue
        seen.add(each.prize.sku)
        if each.whole["on_hand"]:
            own = each.prize.model_copy(update={"variant": None})
            held = int(str(each.whole["held"]))
            yield PrizeChange(own, each.whole, held, each.whole, is_sorted_out=True)


def _written(table: ListTable, matching: Matching, stock: Stock) -> Iterator[WrittenPrize]:
    by_name = {names.folded(str(prize["name"])): sku for sku, prize in stock.items()}
    made: set[str] = set()
    header = [each.casefold() for each in table.header]
    named = {each: header.index(each) for each in NAMES_IN if each in header}
    for row in table.rows:
        values = {column: table.cell(row, matching.get(column)) for column in COLUMNS}
        faults = tuple(f"{key} {why}" for key, cell in values.items() if (why := why_mangled(cell)))
        if not values["sku"]:
            values["sku"] = _sku(values["name"], by_name, made)
            made.add(values["sku"])
            if values["variant"]:  # the next line with this name is the same prize
                by_name[names.folded(values["name"])] = values["sku"]
        known = stock.get(values["sku"], {})
        values["name"] = values["name"] or str(known.get("name", ""))
        values["units"] = values["units"] or "0"
        if known.get("has_variants") and not values["variant"] and values["units"] != "0":
            faults += (f"sku '{values['sku']}' has variants; say of which one the units are",)
        values["weight"] = values["weight"] or str(known.get("weight", 1))
        values |= {each: table.cell(row, place) for each, place in named.items()}
        yield WrittenPrize(_where(row), values | {"variant": values["variant"] or None}, faults)


def _where(row: TableRow) -> str:
    return f"line {row.line}"


def _sku(name: str, by_name: Mapping[str, str], made: set[str]) -> str:
    """The sku of the prize with this name; of a new one, one made of its name."""
    known = by_name.get(names.folded(name))
    if known is not None:
        return known
    return free_sku(name, {*by_name.values(), *made})


def free_sku(name: str, taken: Sequence[str] | set[str], otherwise: str = "prize") -> str:
    """A sku made of a name, which no other prize has; of `otherwise` if it has no plain letter."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:28].strip("-") or otherwise
    candidate, number = stem, 2
    while candidate in taken:
        candidate, number = f"{stem}-{number}", number + 1
    return candidate
