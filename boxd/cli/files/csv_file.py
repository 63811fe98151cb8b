"""CSV as people's programs write it: rows with line numbers, and faults in their form.

Commas, semicolons or tabs; quoted cells with line breaks; blank lines; any order of columns.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import NoReturn

from boxd import names
from boxd.errors import BadInput
from boxd.lists.columns import Columns
from boxd.lists.decoding import UnreadableError
from boxd.lists.spreadsheets import unguarded, why_mangled

_SEPARATORS = ",;\t"
_HINT = re.compile(r'"?sep=([,;]?)"?[,; ]*', re.IGNORECASE)
# Enough to read at once; the total is printed below them.
_MOST_TOLD = 100


@dataclass(frozen=True)
class CsvRow:
    """One row of text, the line where it begins, and the faults in its form."""

    line: int
    values: Mapping[str, str]
    faults: tuple[str, ...] = ()


def rows(text: str, columns: Columns) -> Iterator[CsvRow]:
    """The rows below the header; lines are counted as an editor does.

    A wrong header is one row with the faults. An empty optional cell counts as left out. Raises
    UnreadableError if the text is no CSV.
    """
    text, skipped, separator = _without_hint(text)
    separator = separator or _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        header = [name.lower() for name in _cells(next(reader, []))]
        if not header:
            raise UnreadableError(f"it is empty; its first line is to be: {columns.as_header}")
        if faults := _wrong_header(header, columns):
            yield CsvRow(1 + skipped, {}, faults)
            return
        begins = reader.line_num + 1
        for cells in reader:
            if filled := _cells(cells):
                yield _row(begins + skipped, header, filled, columns)
            begins = reader.line_num + 1
    except csv.Error as error:
        line = reader.line_num + skipped
        raise UnreadableError(f"line {line}: {error}; check the quotes") from None


def header(text: str) -> list[str]:
    """The names in the first line, in lower case; none if the text is no CSV."""
    text, _, separator = _without_hint(text)
    separator = separator or _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        return [name.lower() for name in _cells(next(reader, []))]
    except csv.Error:
        return []


def _cells(written: Sequence[str]) -> list[str]:
    """The cells without the blanks around them, nor the empty ones at the end of the line."""
    cells = [names.cleaned(cell) for cell in written]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _row(line: int, header: list[str], cells: list[str], columns: Columns) -> CsvRow:
    """The row; cells that are lacking at the end count as empty."""
    if len(cells) > len(header):
        return CsvRow(line, {}, (f"{len(cells)} values for {len(header)} columns",))
    values = dict(zip_longest(header, cells, fillvalue=""))
    mangled = {name: why for name, cell in values.items() if (why := why_mangled(cell))}
    return CsvRow(
        line,
        {
            name: unguarded(cell)
            for name, cell in values.items()
            if (cell or name in columns.required) and name not in mangled
        },
        tuple(f"{name} {why}" for name, why in mangled.items()),
    )


def _without_hint(text: str) -> tuple[str, int, str]:
    """The text without the line `sep=;` that some programs write first.

    Also how many lines that was, and the separator that it names. Other programs that save the
    file again add separators behind it, or quotes.
    """
    first, _, rest = text.partition("\n")
    hint = _HINT.fullmatch(names.cleaned(first))
    return (rest, 1, hint[1] or "\t") if hint else (text, 0, "")


def _separator(text: str) -> str:
    return max(_SEPARATORS, key=text.partition("\n")[0].count)


def wrong_names(names: Iterable[str], columns: Columns) -> tuple[str, ...]:
    """What is wrong with the names of columns or keys: unknown ones, missing ones."""
    given = list(dict.fromkeys(names))
    unknown = [_unknown(name, columns) for name in given if name not in columns.all]
    missing = [f"'{name}' is missing" for name in columns.required if name not in given]
    return (*unknown, *missing)


def _unknown(name: str, columns: Columns) -> str:
    near = difflib.get_close_matches(name, columns.all, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(columns.all)}"
    return f"'{name[:40]}' is not known; {hint}"


def _wrong_header(header: list[str], columns: Columns) -> tuple[str, ...]:
    named = [name for name in header if name]
    nameless = [f"column {place} has no name" for place, name in enumerate(header, 1) if not name]
    return (*nameless, *wrong_names(named, columns), *_twice(named))


def _twice(header: list[str]) -> Iterator[str]:
    for name in dict.fromkeys(header):
        if header.count(name) > 1:
            yield f"column '{name}' is there twice"


def refuse(path: Path, faults: Sequence[str], in_all: int | None = None) -> NoReturn:
    """Raise BadInput with the faults of the file, the first hundred in full."""
    listed = [f"  {fault}" for fault in faults[:_MOST_TOLD]]
    more = (in_all or len(faults)) - len(listed)
    if more > 0:
        listed.append(f"  ... and {more} more")
    told = "\n".join(listed)
    raise BadInput(f"{path}: nothing was imported; correct these and repeat:\n{told}")
