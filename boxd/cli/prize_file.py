"""A file of prizes, CSV or TOML, read whole: all its prizes, or all its errors with their lines."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from boxd.cli.prize_rows import COLUMNS, Row, checked, wrong_names
from boxd.config.schema import Prize
from boxd.errors import BadInput

LARGEST_FILE_BYTES = 1_000_000

_TOML_HEAD = re.compile(r"\s*\[\[\s*prizes\s*\]\]")


def read_prizes(path: Path) -> list[Prize]:
    """The prizes of a `.csv` or `.toml` file. Raises BadInput listing every error with its line."""
    rows_of = _rows_of_toml if path.suffix.lower() == ".toml" else _rows_of_csv
    try:
        prizes, errors = checked(rows_of(_text(_bytes(path))))
    except _UnreadableError as error:
        raise BadInput(f"{path}: nothing was imported; {error}") from None
    except OSError as error:
        raise BadInput(f"{path} can't be read: {error.strerror}; nothing was imported") from error
    if errors:
        listed = "\n".join(f"  {line}" for line in errors)
        raise BadInput(f"{path}: nothing was imported; correct these and repeat:\n{listed}")
    if not prizes:
        raise BadInput(f"{path}: nothing was imported; there are no prizes in it")
    return prizes


class _UnreadableError(Exception):
    """The file as a whole can't be understood."""


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


def _rows_of_csv(text: str) -> Iterator[Row]:
    """The rows below the header; lines are counted as an editor does."""
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        if not any(header):
            raise _UnreadableError(f"it is empty; its first line is to be: {','.join(COLUMNS)}")
        faults = tuple(_faults_of_header(header))
        if faults:
            yield Row("line 1", {}, faults)
            return
        begins = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _row_of_csv(f"line {begins}", header, cells)
            begins = reader.line_num + 1
    except csv.Error as error:
        raise _UnreadableError(
            f"line {reader.line_num}: {error}; check the quotes, one prize to a line"
        ) from None


def _faults_of_header(header: list[str]) -> Iterable[str]:
    yield from wrong_names(header)
    for name in dict.fromkeys(header):
        if header.count(name) > 1:
            yield f"column '{name}' is there twice"


def _row_of_csv(where: str, header: list[str], cells: list[str]) -> Row:
    """A row of text; an empty weight is one left out."""
    if len(cells) != len(header):
        return Row(where, {}, (f"{len(cells)} values for {len(header)} columns",))
    values = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
    return Row(where, {name: value for name, value in values.items() if value or name != "weight"})


def _rows_of_toml(text: str) -> Iterator[Row]:
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise _UnreadableError(f"it is not TOML: {error}") from None
    tables = content.pop("prizes", None)
    if content or not isinstance(tables, list):
        raise _UnreadableError("it is to hold [[prizes]] sections and nothing else")
    heads = [n for n, line in enumerate(text.splitlines(), 1) if _TOML_HEAD.match(line)]
    for index, table in enumerate(tables):
        where = f"line {heads[index]}" if len(heads) == len(tables) else f"prize {index + 1}"
        if isinstance(table, dict):
            yield Row(where, table, tuple(wrong_names(table)))
        else:
            yield Row(where, {}, ("a prize is a section [[prizes]] with sku, name, units",))
