"""Tables for spreadsheets, and cells that spreadsheets change or carry out.

A long number comes back rounded, and a text as a formula. Neither is converted back: the digits
are gone, or another program reads the file as well. A text that a spreadsheet would carry out as a
formula is written with an apostrophe before it, and read without.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

# Without it Excel takes UTF-8 for the machine's old 8-bit letters.
BYTE_ORDER_MARK = "\ufeff"

# With a sign and two digits, as every spreadsheet writes it: `12E3` may be somebody's seat.
_ROUNDED = re.compile(r"[+-]?[0-9](?:[.,][0-9]+)?E[+-][0-9]{2,3}")
_FORMULA = re.compile(r'="(.*)"')
# What begins so is carried out. An apostrophe that is there already gets another, so that what was
# written is told apart from what was meant.
_CARRIED_OUT = re.compile(r"'*[=+\-@\t\r]")
_GUARD = "'"


def why_mangled(cell: str) -> str:
    """Why a cell can't be what was meant, as the rest of a sentence; empty if it can."""
    if _ROUNDED.fullmatch(cell):
        return (
            f"'{cell}' is what a spreadsheet made of a long number, and its digits are lost:"
            " make the column text there, enter it once more and save the file again"
        )
    if formula := _FORMULA.fullmatch(cell):
        return f"'{cell}' is a spreadsheet's formula; write {formula[1]} there, in a column of text"
    return ""


def guarded(cell: object) -> object:
    """The cell as a spreadsheet shows it and does not carry it out."""
    return _GUARD + cell if isinstance(cell, str) and _CARRIED_OUT.match(cell) else cell


def unguarded(cell: str) -> str:
    """The cell as it was before `guarded`."""
    rest = cell.removeprefix(_GUARD)
    return rest if rest != cell and _CARRIED_OUT.match(rest) else cell


def write_csv(out: TextIO, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write the rows below their columns; returns how many.

    A file begins with a byte-order mark; standard output, which programs read, does not.
    """
    if out is not sys.stdout:
        out.write(BYTE_ORDER_MARK)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow([guarded(cell) for cell in row])
        count += 1
    return count
