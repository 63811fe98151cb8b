"""A file of prizes, CSV or TOML: all its prizes, or all its errors with their lines."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from boxd.cli.files import csv_file
from boxd.cli.files.csv_file import wrong_names
from boxd.cli.files.file_text import importing, read_text
from boxd.errors import BadInput
from boxd.lists.decoding import UnreadableError
from boxd.lists.prize_rows import COLUMNS, ListedPrize, WrittenPrize, checked

LARGEST_FILE_BYTES = 1_000_000

_TOML_HEAD = re.compile(r"\s*\[\[\s*prizes\s*\]\]")


def read_prizes(path: Path) -> list[ListedPrize]:
    """The prizes of a `.csv` or `.toml` file. Raises BadInput with every error and its line."""
    rows_of = _rows_of_toml if path.suffix.lower() == ".toml" else _rows_of_csv
    with importing(path):
        prizes, errors = checked(rows_of(read_text(path, LARGEST_FILE_BYTES)))
    if errors:
        csv_file.refuse(path, errors)
    if not prizes:
        raise BadInput(f"{path}: nothing was imported; there are no prizes in it")
    return prizes


def _rows_of_csv(text: str) -> Iterator[WrittenPrize]:
    for row in csv_file.rows(text, COLUMNS):
        yield WrittenPrize(f"line {row.line}", row.values, row.faults)


def _rows_of_toml(text: str) -> Iterator[WrittenPrize]:
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"it is not TOML: {error}") from None
    tables = content.pop("prizes", None)
    if content or not isinstance(tables, list):
        raise UnreadableError("it is to hold [[prizes]] sections and nothing else")
    heads = [n for n, line in enumerate(text.splitlines(), 1) if _TOML_HEAD.match(line)]
    for index, table in enumerate(tables):
        where = f"line {heads[index]}" if len(heads) == len(tables) else f"prize {index + 1}"
        if isinstance(table, dict):
            yield WrittenPrize(where, table, wrong_names(table, COLUMNS))
        else:
            yield WrittenPrize(
                where, {}, ("a prize is a section [[prizes]] with sku, name, units",)
            )
