"""Attendees that are named on the command line, and those on the lines of a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from boxd import names
from boxd.cli.files.spreadsheets import why_mangled
from boxd.errors import BadInput


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
    """The lines of a text. Raises BadInput if it is none, or a spreadsheet has spoiled some."""
    try:
        lines: list[str] = file.read().splitlines()
    except UnicodeDecodeError as error:
        raise BadInput(
            f"{file.name}: is not UTF-8 text (byte {error.start}); save it as UTF-8, one attendee"
            " on each line"
        ) from None
    faults = [
        f"  line {number}: {why}"
        for number, line in enumerate(lines, 1)
        if (why := why_mangled(line.strip()))
    ]
    if faults:
        told = "\n".join(faults)
        raise BadInput(f"{file.name}: no link was made; correct these and repeat:\n{told}")
    return lines
