"""Attendees that are named on the command line, and those on the lines of a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from boxd import names
from boxd.cli.files import csv_file
from boxd.cli.files.file_text import importing
from boxd.errors import BadInput
from boxd.lists.columns import Columns
from boxd.lists.spreadsheets import why_mangled

_COLUMN = "attendee"


def all_named(attendees: Sequence[str], file: Any) -> list[str]:
    """Everybody who is named, once each. Raises UsageError for nobody, BadInput for no text."""
    lines = [] if file is None else _lines(file)
    named = list(
        dict.fromkeys(name for each in (*attendees, *lines) if (name := names.cleaned(each)))
    )
    if not named:
        raise click.UsageError("nobody is named: give an ATTENDEE, or --from FILE")
    return named


def _lines(file: Any) -> list[str]:
    """The names in a text. Raises BadInput if it is none, or a spreadsheet has spoiled some."""
    try:
        text: str = file.read()
    except UnicodeDecodeError as error:
        raise BadInput(
            f"{file.name}: is not UTF-8 text (byte {error.start}); save it as UTF-8, one attendee"
            " on each line"
        ) from None
    if is_table(file.name, text):
        return _column(file.name, text)
    lines = text.splitlines()
    faults = [
        f"  line {number}: {why}"
        for number, line in enumerate(lines, 1)
        if (why := why_mangled(line.strip()))
    ]
    if faults:
        told = "\n".join(faults)
        raise BadInput(f"{file.name}: no link was made; correct these and repeat:\n{told}")
    return lines


def is_table(name: str, text: str) -> bool:
    """Whether a text has columns: it is called .csv, or its first line names one `attendee`."""
    return name.lower().endswith(".csv") or _COLUMN in csv_file.header(text)


def _column(name: str, text: str) -> list[str]:
    """The names in the column `attendee` of a table; its other columns are left out."""
    columns = Columns((_COLUMN,), tuple(filter(None, csv_file.header(text))))
    with importing(Path(name)):
        found = list(csv_file.rows(text, columns))
    faults = [f"line {row.line}: {fault}" for row in found for fault in row.faults]
    if faults:
        csv_file.refuse(Path(name), faults)
    return [row.values[_COLUMN] for row in found]
