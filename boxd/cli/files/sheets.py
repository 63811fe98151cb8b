"""Sheets to print: writing them as a page, as a PDF, or as a folder of QR codes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from boxd.cli import daemon
from boxd.cli.files.atomic_write import replacing
from boxd.cli.spinner import waiting
from boxd.errors import NotFound, Refused

_SHOWN = 3  # up to so many rows are also printed on the terminal


@dataclass(frozen=True)
class Sheets:
    """What is to be printed; `name` and `qr` are the fields of a row with its name and QR code."""

    rows: Sequence[dict[str, Any]]
    name: str
    as_html: Callable[[Sequence[dict[str, Any]], str, str], str]
    paper: str
    qr: str = "url"

    def html(self, paper: str = "") -> str:
        """The sheets as a page, for paper of any size if none is given."""
        return self.as_html(self.rows, _box_name(), paper)


def _box_name() -> str:
    """What people call the box now, which an organiser may have changed."""
    return str(daemon.get("/api/v1/box-name")["name"])


def write(sheets: Sheets, output: Path, is_quiet: bool) -> None:
    """Write the sheets: a page, a PDF, or a PNG for each into a folder."""
    with waiting(f"drawing {len(sheets.rows)} QR codes"):
        _write(sheets, output)
    if not is_quiet:
        _tell(sheets, output)


def _write(sheets: Sheets, output: Path) -> None:
    match output.suffix.lower():
        case ".html":
            with replacing(output) as file:
                file.write(sheets.html())
        case ".pdf":
            _write_pdf(sheets, output)
        case _:
            from boxd.phones.sheets import write_pngs

            write_pngs(
                [(str(each[sheets.name]), str(each[sheets.qr])) for each in sheets.rows], output
            )


def _write_pdf(sheets: Sheets, output: Path) -> None:
    """Print to a PDF. Where that can't be, the page is written instead, and why is raised."""
    from boxd.cli.files.pdf import print_pdf

    try:
        _look_for_letters(sheets, output)
        print_pdf(sheets.html(sheets.paper), output)
    except (NotFound, Refused) as error:
        page = output.with_suffix(".html")
        with replacing(page) as file:
            file.write(sheets.html())
        raise Refused(f"{error} The same sheets are in {page}.") from None


def _look_for_letters(sheets: Sheets, output: Path) -> None:
    """Raise Refused where the PDF would have empty boxes in the place of letters."""
    from boxd.cli.files.fonts import letters_without_font

    said = "".join(str(value) for each in sheets.rows for value in each.values())
    if lacking := letters_without_font(said + _box_name()):
        raise Refused(
            f"{output} is not written: no font of this machine has {' '.join(lacking[:_SHOWN])}."
            " Install fonts here (sudo apt install fonts-noto-core fonts-noto-cjk), or print from"
            " a computer that shows all names."
        )


def _tell(sheets: Sheets, output: Path) -> None:
    rows = sheets.rows
    if len(rows) <= _SHOWN:
        for each in rows:
            click.echo(f"{each[sheets.name]}  {each[sheets.qr]}")
    if len(rows) == 1 and sys.stdout.isatty():
        from boxd.phones.qr import in_letters

        click.echo(in_letters(str(rows[0][sheets.qr])))
    count = "1 QR code is" if len(rows) == 1 else f"{len(rows)} QR codes are"
    click.echo(f"{count} in {output}")
