"""Files that boxd writes are safe in a spreadsheet, and are read back as they were."""

from __future__ import annotations

import csv
import io

import pytest

from boxd.cli.files.csv_file import rows
from boxd.lists.columns import Columns
from boxd.lists.spreadsheets import write_csv

NAMES = [
    '=HYPERLINK("http://evil.example";"prize")',
    "=1+1",
    "+49 30 1234",
    "-Eva-",
    "@eva",
    "'=already guarded",
    "''@twice",
    "'tis Eva",
    "O'Hara",
    "007",
    "Eva, Maria",
]


def written(names: list[str]) -> str:
    out = io.StringIO()
    write_csv(out, ("attendee", "prize"), [(name, "mug") for name in names])
    return out.getvalue()


@pytest.mark.parametrize("name", [*NAMES, "\t=1+1"])
def test_no_cell_is_carried_out_by_a_spreadsheet(name: str) -> None:
    [_, [cell, _]] = list(csv.reader(io.StringIO(written([name]), newline="")))
    assert cell[0] not in "=+-@\t\r"


def test_what_was_written_is_read_back_as_it_was() -> None:
    read = rows(written(NAMES), Columns(("attendee", "prize")))
    assert [row.values["attendee"] for row in read] == NAMES


def test_numbers_stay_numbers() -> None:
    out = io.StringIO()
    write_csv(out, ("sku", "change"), [("mug", -3)])
    assert out.getvalue() == "\ufeffsku,change\nmug,-3\n"
