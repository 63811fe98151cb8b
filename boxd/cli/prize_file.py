"""A file of prizes, CSV or TOML, read whole: all its rows, or all its errors with their lines."""

from __future__ import annotations

import csv
import difflib
import io
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from boxd.config.schema import Prize
from boxd.errors import BadInput

REQUIRED = ("sku", "name", "units")
COLUMNS = (*REQUIRED, "weight")
LARGEST_FILE_BYTES = 1_000_000

_RULES = {
    "sku": "a short name of lower-case letters, digits and hyphens, at most 32",
    "name": "what people call the prize, in 1 to 80 characters on one line",
    "units": "a whole number from 0 to 100000",
    "weight": "a whole number from 0 to 1000",
}


@dataclass(frozen=True)
class _Row:
    """One prize as it was written, and where that is."""

    where: str
    values: dict[str, object]


def read_prizes(path: Path) -> list[Prize]:
    """The prizes of a `.csv` or `.toml` file. Raises BadInput listing every error with its line."""
    rows = _rows_of_toml if path.suffix.lower() == ".toml" else _rows_of_csv
    try:
        return _prizes(list(rows(_text(_bytes(path)))))
    except _UnreadableError as error:
        raise BadInput(f"{path}: nothing was imported; {error}") from None
    except _BadRowsError as error:
        listed = "\n".join(f"  {line}" for line in error.errors)
        raise BadInput(
            f"{path}: nothing was imported; correct these and repeat:\n{listed}"
        ) from None
    except OSError as error:
        raise BadInput(f"{path} can't be read: {error.strerror}; nothing was imported") from error


class _UnreadableError(Exception):
    """The file as a whole can't be understood."""


class _BadRowsError(Exception):
    """Rows of the file break rules."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__()
        self.errors = errors


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        raw = file.read(LARGEST_FILE_BYTES + 1)
    if len(raw) > LARGEST_FILE_BYTES:
        raise _UnreadableError(
            f"it is longer than {LARGEST_FILE_BYTES} bytes: is it the right file?"
        )
    return raw


def _text(raw: bytes) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in raw:
        raise _UnreadableError("it is not UTF-8 text; save it as 'CSV UTF-8'")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _UnreadableError(
            f"line {line}: byte 0x{raw[error.start]:02x} is not UTF-8; save it as 'CSV UTF-8'"
        ) from None


def _rows_of_csv(text: str) -> Iterator[_Row]:
    first_line = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        _check_header(header)
        errors: list[str] = []
        begins = reader.line_num + 1
        for cells in reader:
            where, begins = f"line {begins}", reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                errors.append(f"{where}: {len(cells)} values for {len(header)} columns")
                continue
            yield _Row(where, _given(zip(header, cells, strict=True)))
    except csv.Error as error:
        raise _UnreadableError(
            f"line {reader.line_num}: {error}; check the quotes, one prize to a line"
        ) from None
    if errors:
        raise _BadRowsError(errors)


def _given(cells: Iterable[tuple[str, str]]) -> dict[str, object]:
    """What a row of text says; an empty weight is one left out."""
    values = {name: cell.strip() for name, cell in cells}
    return {name: value for name, value in values.items() if value or name != "weight"}


def _check_header(header: list[str]) -> None:
    if not any(header):
        raise _UnreadableError("it is empty; its first line is to be: sku,name,units,weight")
    errors = [f"line 1: {error}" for error in _wrong_names(header)]
    errors += [
        f"line 1: column '{name}' is there twice"
        for name in dict.fromkeys(header)
        if header.count(name) > 1
    ]
    if errors:
        raise _BadRowsError(errors)


def _wrong_names(names: Iterable[str]) -> Iterator[str]:
    """What is wrong with the names of columns or keys: missing ones, unknown ones."""
    given = list(names)
    for name in dict.fromkeys(given):
        if name not in COLUMNS:
            near = difflib.get_close_matches(name, COLUMNS, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(COLUMNS)}"
            yield f"'{name}' is not known; {hint}"
    for name in REQUIRED:
        if name not in given:
            yield f"'{name}' is missing"


def _rows_of_toml(text: str) -> Iterator[_Row]:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _UnreadableError(f"it is not TOML: {error}") from None
    tables = content.pop("prizes", None)
    if content or not isinstance(tables, list):
        raise _UnreadableError("it is to hold [[prizes]] sections and nothing else")
    heads = [n for n, line in enumerate(text.splitlines(), 1) if _HEAD.match(line)]
    errors: list[str] = []
    for index, table in enumerate(tables):
        where = f"line {heads[index]}" if len(heads) == len(tables) else f"prize {index + 1}"
        if not isinstance(table, dict):
            errors.append(f"{where}: a prize is a section [[prizes]] with sku, name, units")
            continue
        wrong = [f"{where}: {error}" for error in _wrong_names(table)]
        errors += wrong
        if not wrong:
            yield _Row(where, table)
    if errors:
        raise _BadRowsError(errors)


_HEAD = re.compile(r"\s*\[\[\s*prizes\s*\]\]")


def _prizes(rows: list[_Row]) -> list[Prize]:
    if not rows:
        raise _UnreadableError("there are no prizes in it")
    errors: list[str] = []
    prizes: list[Prize] = []
    seen: dict[object, str] = {}
    for row in rows:
        sku = row.values["sku"]
        if isinstance(sku, str) and sku in seen:
            errors.append(f"{row.where}: sku '{sku}' is there already, on {seen[sku]}")
            continue
        if isinstance(sku, str):
            seen[sku] = row.where
        prize = _prize(row)
        if isinstance(prize, Prize):
            prizes.append(prize)
        else:
            errors += prize
    if errors:
        raise _BadRowsError(errors)
    return prizes


def _prize(row: _Row) -> Prize | list[str]:
    wrong = [name for name in row.values if not _is_well_formed(name, row.values[name])]
    if not wrong:
        try:
            return Prize.model_validate(row.values)
        except ValidationError as error:
            wrong = [str(each["loc"][0]) for each in error.errors()]
    return [f"{row.where}: {name} '{row.values[name]}' is to be {_RULES[name]}" for name in wrong]


def _is_well_formed(name: str, value: object) -> bool:
    """Stricter than the schema, which takes '1.0' and '1_000' for numbers."""
    if name in ("units", "weight"):
        return type(value) is int or (isinstance(value, str) and bool(_NUMBER.fullmatch(value)))
    if name == "name":
        return isinstance(value, str) and 1 <= len(value.strip()) <= 80 and value.isprintable()
    return isinstance(value, str)


_NUMBER = re.compile(r"[0-9]{1,9}")
