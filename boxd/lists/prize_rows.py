"""The rules for a prize in a file: the prizes, or all that is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from boxd import names
from boxd.config.schema import Prize
from boxd.lists.columns import Columns
from boxd.names import LONGEST
from boxd.text_fields import SKU_RULE, Line
from boxd.words.catalogue import languages

NAMES_IN = {f"name_{language}": language for language in languages()}
"""The columns with a prize's names in other languages, and the language of each."""
COLUMNS = Columns(("sku", "name", "units"), ("weight", "variant"), rare=tuple(NAMES_IN))

_RULES = {
    "sku": SKU_RULE,
    "name": f"what people call the prize, in 1 to {LONGEST} characters on one line",
    "units": "a whole number from 0 to 100000",
    "weight": "a whole number from 0 to 1000",
    **dict.fromkeys(NAMES_IN, f"a name in 1 to {LONGEST} characters on one line, or nothing"),
    "variant": f"what the variant is called, in 1 to {LONGEST} characters on one line, or nothing",
}
_NUMBER = re.compile(r"[0-9]{1,9}")


class ListedPrize(Prize):
    """A prize in a file; its units are those of `variant`, where it has variants."""

    variant: Line | None = None


@dataclass(frozen=True)
class WrittenPrize:
    """One prize in the file, its line, and the faults in its form."""

    where: str
    values: Mapping[str, object]
    faults: tuple[str, ...] = ()


def checked(rows: Iterable[WrittenPrize]) -> tuple[list[ListedPrize], list[str]]:
    """The prizes in the good rows, and every error in the bad ones."""
    errors: list[str] = []
    prizes: list[ListedPrize] = []
    seen: dict[str, str] = {}
    first: dict[str, ListedPrize] = {}
    for row in rows:
        outcome = _prize(row, seen)
        if isinstance(outcome, ListedPrize) and (why := _otherwise(outcome, first)):
            errors.append(f"{row.where}: {why}")
        elif isinstance(outcome, ListedPrize):
            prizes.append(outcome)
        else:
            errors += [f"{row.where}: {fault}" for fault in outcome]
    return prizes, errors


def _prize(row: WrittenPrize, seen: dict[str, str]) -> ListedPrize | list[str]:
    """The prize of a row, or all its faults. `seen` has the first place of each sku and variant."""
    faults = [*row.faults, *_repeated(row, seen)]
    wrong = {name for name, value in row.values.items() if not _is_well_formed(name, value)}
    prize = None
    try:
        prize = ListedPrize.model_validate(_with_names(row.values))
    except ValidationError as error:
        wrong |= {_column(each["loc"]) for each in error.errors()}
    named = [name for name in row.values if name in wrong and name in _RULES]
    faults += [f"{name} '{row.values[name]}' is to be {_RULES[name]}" for name in named]
    return faults if faults or prize is None else prize


def _with_names(values: Mapping[str, object]) -> dict[str, object]:
    """The values of a prize, with its names in other languages as one of them."""
    kept = {column: value for column, value in values.items() if column not in NAMES_IN}
    told = {language: values[column] for column, language in NAMES_IN.items() if values.get(column)}
    return kept | ({"names": told} if told else {})


def _column(place: tuple[int | str, ...]) -> str:
    return f"name_{place[1]}" if place[0] == "names" else str(place[0])


def _repeated(row: WrittenPrize, seen: dict[str, str]) -> list[str]:
    sku, variant = str(row.values.get("sku") or ""), str(row.values.get("variant") or "")
    key = f"{sku}\n{names.folded(variant)}"
    if not sku or seen.setdefault(key, row.where) == row.where:
        return []
    what = f"variant '{variant}' of sku '{sku}'" if variant else f"sku '{sku}'"
    return [f"{what} is there already, on {seen[key]}"]


def _otherwise(prize: ListedPrize, first: dict[str, ListedPrize]) -> str:
    """Why a line does not fit the first one of its prize; empty if it does."""
    known = first.setdefault(prize.sku, prize)
    if (known.name, known.weight) != (prize.name, prize.weight):
        return (
            f"sku '{prize.sku}' is '{known.name}' with weight {known.weight} on a line before;"
            " the lines of a prize's variants have the same name and weight"
        )
    if (known.variant is None) is not (prize.variant is None):
        return f"sku '{prize.sku}' has lines with a variant and one without; name each variant"
    return ""


def _is_well_formed(name: str, value: object) -> bool:
    """Stricter than the schema, which takes '1.0' and '1_000' for numbers."""
    if name in ("units", "weight"):
        return type(value) is int or (isinstance(value, str) and bool(_NUMBER.fullmatch(value)))
    return isinstance(value, str) or (name in ("variant", *NAMES_IN) and value is None)
