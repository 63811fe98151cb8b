"""The rules for a prize in a file: the prizes, or all that is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from boxd.config.schema import Prize
from boxd.lists.columns import Columns
from boxd.names import LONGEST
from boxd.text_fields import SKU_RULE

COLUMNS = Columns(("sku", "name", "units"), ("weight",))

_RULES = {
    "sku": SKU_RULE,
    "name": f"what people call the prize, in 1 to {LONGEST} characters on one line",
    "units": "a whole number from 0 to 100000",
    "weight": "a whole number from 0 to 1000",
}
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class WrittenPrize:
    """One prize in the file, its line, and the faults in its form."""

    where: str
    values: Mapping[str, object]
    faults: tuple[str, ...] = ()


def checked(rows: Iterable[WrittenPrize]) -> tuple[list[Prize], list[str]]:
    """The prizes in the good rows, and every error in the bad ones."""
    errors: list[str] = []
    prizes: list[Prize] = []
    seen: dict[str, str] = {}
    for row in rows:
        outcome = _prize(row, seen)
        if isinstance(outcome, Prize):
            prizes.append(outcome)
        else:
            errors += [f"{row.where}: {fault}" for fault in outcome]
    return prizes, errors


def _prize(row: WrittenPrize, seen: dict[str, str]) -> Prize | list[str]:
    """The prize of a row, or all its faults. `seen` maps each sku to its first place."""
    faults = [*row.faults, *_repeated(row, seen)]
    wrong = {name for name, value in row.values.items() if not _is_well_formed(name, value)}
    prize = None
    try:
        prize = Prize.model_validate(row.values)
    except ValidationError as error:
        wrong |= {str(each["loc"][0]) for each in error.errors()}
    named = [name for name in row.values if name in wrong and name in _RULES]
    faults += [f"{name} '{row.values[name]}' is to be {_RULES[name]}" for name in named]
    return faults if faults or prize is None else prize


def _repeated(row: WrittenPrize, seen: dict[str, str]) -> list[str]:
    sku = str(row.values.get("sku") or "")
    if not sku or seen.setdefault(sku, row.where) == row.where:
        return []
    return [f"sku '{sku}' is there already, on {seen[sku]}"]


def _is_well_formed(name: str, value: object) -> bool:
    """Stricter than the schema, which takes '1.0' and '1_000' for numbers."""
    if name in ("units", "weight"):
        return type(value) is int or (isinstance(value, str) and bool(_NUMBER.fullmatch(value)))
    return isinstance(value, str)
