"""Reads the first sheet of a workbook (XLSX) on the input, and writes its rows as JSON.

Run in a process of its own: a small file can hold a workbook without end.
"""

from __future__ import annotations

import io
import json
import sys
from datetime import date, datetime
from zipfile import BadZipFile

from boxd.confined import REFUSED, ConfinedWork, confine

WORK = ConfinedWork(
    "boxd.lists.workbook",
    "This workbook can't be read. Save it as 'CSV UTF-8' in the spreadsheet, and choose that file.",
)
_MOST_ROWS, _MOST_COLUMNS = 10_001, 40


def main() -> int:
    """Read, and answer."""
    from openpyxl import load_workbook

    raw = sys.stdin.buffer.read()
    confine()
    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = [
            [_text(cell) for cell in row]
            for row in sheet.iter_rows(max_row=_MOST_ROWS, max_col=_MOST_COLUMNS, values_only=True)
        ]
    except (BadZipFile, KeyError, IndexError, ValueError):
        sys.stdout.write(WORK.unreadable)
        return REFUSED
    json.dump(rows, sys.stdout)
    return 0


def _text(cell: object) -> str:
    """A cell as people read it: whole numbers without a point, dates in ISO 8601."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, (datetime, date)):
        return cell.isoformat()
    return str(cell)


if __name__ == "__main__":
    sys.exit(main())
