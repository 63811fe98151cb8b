"""`boxd tasks qr` and `boxd attendees link`: what organisers print for phones to scan."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from boxd.cli import daemon
from boxd.cli.command_classes import BoxdCommand, json_option
from boxd.cli.context import actor, configuration
from boxd.cli.files.atomic_write import replacing
from boxd.cli.files.name_list import all_named
from boxd.cli.files.sheet_output import check
from boxd.cli.near_twins import tell_near_twins
from boxd.cli.tables import say_json
from boxd.errors import NotFound, Refused

_AT_ONCE = 500  # links in one request
_SIGNS, _CARDS = Path("checkpoints.html"), Path("attendees.html")
_SHOWN = 3  # up to so many links are also printed on the terminal

output_option = click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help="An .html to print from any browser, a .pdf, or a folder for one PNG each.",
)
paper_option = click.option(
    "--paper",
    type=click.Choice(["A4", "Letter"], case_sensitive=False),
    default="A4",
    show_default=True,
    help="What a .pdf is for; an .html fits both.",
)
renew_option = click.option(
    "--renew", is_flag=True, help="Make new links; whatever was printed before is of no use then."
)


@click.command(
    "qr",
    cls=BoxdCommand,
    examples=(
        "boxd tasks qr",
        "boxd tasks qr entrance stage --output signs.pdf --paper Letter",
        "boxd tasks qr --output signs/",
        "boxd tasks qr stage --renew",
    ),
)
@click.argument("checkpoints", nargs=-1, metavar="[CHECKPOINT]...")
@output_option
@paper_option
@renew_option
@json_option
def qr(
    checkpoints: tuple[str, ...], output: Path | None, paper: str, renew: bool, as_json: bool
) -> None:
    """Write a sign with a QR code for each CHECKPOINT, or for all: checkpoints.html.

    One page each. Open the file in a browser, print it, and hang the signs.
    """
    check(output or (None if as_json else _SIGNS))
    asked = {"checkpoints": checkpoints, "renew": renew, "actor": actor()}
    links = daemon.post("/api/v1/checkpoints/links", asked)["links"]
    if as_json:
        say_json({"links": links})
    if output is not None or not as_json:
        signs = _Sheets(links, "checkpoint", _checkpoint_html, paper)
        _write(signs, output or _SIGNS, as_json)


@click.command(
    "link",
    cls=BoxdCommand,
    examples=(
        "boxd attendees link badge-1042",
        "boxd attendees link --from badges.txt --output cards.pdf",
        "boxd attendees link badge-1042 --renew",
        "boxd attendees link badge-1042 --json",
    ),
)
@click.argument("attendees", nargs=-1, metavar="[ATTENDEE]...")
@click.option(
    "--from",
    "file",
    type=click.File(encoding="utf-8-sig"),
    help="Also those in a file, one on each line; - for standard input.",
)
@output_option
@paper_option
@renew_option
@json_option
def link(
    attendees: tuple[str, ...],
    file: Any,  # click.File's type: text, read once
    output: Path | None,
    paper: str,
    renew: bool,
    as_json: bool,
) -> None:
    """Write a card with the personal link of each ATTENDEE: attendees.html, eight on a page.

    An ATTENDEE is any name that you use: a badge's number, a ticket's. New ones are added. The
    link shows the attendee's codes to anyone: hand each card to its owner.
    """
    named = all_named(attendees, file)
    check(output or (None if as_json else _CARDS), len(named))
    links: list[dict[str, Any]] = []
    for start in range(0, len(named), _AT_ONCE):
        some = named[start : start + _AT_ONCE]
        asked = {"attendees": some, "renew": renew, "actor": actor()}
        body = daemon.post("/api/v1/attendees/links", asked)
        links += body["links"]
        tell_near_twins(body)
    if as_json:
        say_json({"links": links})
    if output is not None or not as_json:
        cards = _Sheets(links, "reference", _attendee_html, paper)
        _write(cards, output or _CARDS, as_json)


@dataclass(frozen=True)
class _Sheets:
    """What is to be printed. `name` is the field of a link that says whose it is."""

    links: Sequence[dict[str, Any]]
    name: str
    as_html: Callable[[Sequence[dict[str, Any]], str, str], str]
    paper: str

    def html(self, paper: str = "") -> str:
        """The sheets as a page, for paper of any size if none is given."""
        return self.as_html(self.links, configuration().box.name, paper)


def _write(sheets: _Sheets, output: Path, is_quiet: bool) -> None:
    """Write the sheets: a page, a PDF, or a PNG for each into a folder."""
    match output.suffix.lower():
        case ".html":
            with replacing(output) as file:
                file.write(sheets.html())
        case ".pdf":
            _write_pdf(sheets, output)
        case _:
            from boxd.phones.sheets import write_pngs

            write_pngs(
                [(str(each[sheets.name]), str(each["url"])) for each in sheets.links], output
            )
    if not is_quiet:
        _tell(sheets.links, output, sheets.name)


def _write_pdf(sheets: _Sheets, output: Path) -> None:
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


def _look_for_letters(sheets: _Sheets, output: Path) -> None:
    """Raise Refused where the PDF would have empty boxes in the place of letters."""
    from boxd.cli.files.fonts import letters_without_font

    said = "".join(str(value) for each in sheets.links for value in each.values())
    if lacking := letters_without_font(said + configuration().box.name):
        raise Refused(
            f"{output} is not written: no font of this machine has {' '.join(lacking[:_SHOWN])}."
            " Install fonts here (sudo apt install fonts-noto-core fonts-noto-cjk), or print from"
            " a computer that shows all names."
        )


def _tell(links: Sequence[dict[str, Any]], output: Path, name: str) -> None:
    if len(links) <= _SHOWN:
        for each in links:
            click.echo(f"{each[name]}  {each['url']}")
    if len(links) == 1 and sys.stdout.isatty():
        from boxd.phones.qr import in_letters

        click.echo(in_letters(str(links[0]["url"])))
    count = "1 QR code is" if len(links) == 1 else f"{len(links)} QR codes are"
    click.echo(f"{count} in {output}")


def _checkpoint_html(links: Sequence[dict[str, Any]], box: str, paper: str) -> str:
    from boxd.phones.link_service import CheckpointLink
    from boxd.phones.sheets import checkpoint_sheets

    return checkpoint_sheets([CheckpointLink(**each) for each in links], box, paper)


def _attendee_html(links: Sequence[dict[str, Any]], box: str, paper: str) -> str:
    from boxd.phones.link_service import AttendeeLink
    from boxd.phones.sheets import attendee_sheets

    return attendee_sheets([AttendeeLink(**each) for each in links], box, paper)
