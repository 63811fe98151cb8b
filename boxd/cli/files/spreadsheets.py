"""What spreadsheets make of numbers that are names: rounded ones, and formulas for text.

Neither is converted back: the digits are gone, or another program reads the file as well.
"""

from __future__ import annotations

import re

# With a sign and two digits, as every spreadsheet writes it: `12E3` may be somebody's seat.
_ROUNDED = re.compile(r"[+-]?[0-9](?:[.,][0-9]+)?E[+-][0-9]{2,3}")
_FORMULA = re.compile(r'="(.*)"')


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
