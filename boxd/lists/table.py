"""A table that somebody chose as a file, CSV or XLSX: its header and its rows with their lines."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from boxd import names
from boxd.confined import run_confined
from boxd.errors import BadInput
from boxd.lists import workbook
from boxd.lists.decoding import decoded
from boxd.words import N_

LARGEST_BYTES = 2_000_000
MOST_ROWS = 10_000
_MOST_COLUMNS = 40
_ZIP = b"PK\x03\x04"
_SEPARATORS = ",;\t"


@dataclass(frozen=True)
class TableRow:
    """One row, and the line of the file where it begins."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class ListTable:
    """A table with its header, and the SHA-256 of its file."""

    digest: str
    header: tuple[str, ...]
    rows: tuple[TableRow, ...]

    def cell(self, row: TableRow, column: int | None) -> str:
        """A cell of the row; empty without a column."""
        if column is None or column >= len(row.cells):
            return ""
        return row.cells[column]


async def read_table(raw: bytes) -> ListTable:
    """The table in a file. Raises BadInput with what is wrong and the remedy."""
    if len(raw) > LARGEST_BYTES:
        text = N_("the file is larger than {size} bytes: is it the right one?")
        raise BadInput(text.format(size=LARGEST_BYTES))
    if raw.startswith(_ZIP):
        read = json.loads(await run_confined(workbook.WORK, raw))
        rows = [TableRow(line, _cleaned(cells)) for line, cells in enumerate(read, 1)]
    else:
        rows = [TableRow(line, _cleaned(cells)) for line, cells in _csv_rows(decoded(raw))]
    return _table(hashlib.sha256(raw).hexdigest(), rows)


def _table(digest: str, rows: Sequence[TableRow]) -> ListTable:
    filled = [row for row in rows if row.cells]
    if len(filled) < 2:
        raise BadInput(N_("the file has no rows below its first line, which names the columns"))
    header, *rest = filled
    if len(rest) > MOST_ROWS or len(header.cells) > _MOST_COLUMNS:
        text = N_("the file has more than {rows} rows or {columns} columns")
        raise BadInput(text.format(rows=MOST_ROWS, columns=_MOST_COLUMNS))
    return ListTable(digest, header.cells, tuple(rest))


def _cleaned(cells: Iterable[str]) -> tuple[str, ...]:
    """The cells without blanks around them, nor empty ones at the end of the line."""
    found = [names.cleaned(str(cell)) for cell in cells]
    while found and not found[-1]:
        found.pop()
    return tuple(found)


def _csv_rows(text: str) -> Iterable[tuple[int, list[str]]]:
    first, _, rest = text.partition("\n")
    skipped = first.strip().strip('"').lower().startswith("sep=")
    body = rest if skipped else text
    separator = max(_SEPARATORS, key=body.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=separator, strict=True)
    begins = 1 + skipped
    try:
        for cells in reader:
            yield begins, cells
            begins = reader.line_num + 1 + skipped
    except csv.Error as error:
        raise BadInput(f"line {reader.line_num + skipped}: {error}; check the quotes") from None
