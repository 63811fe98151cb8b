"""`boxd tasks qr` and `boxd attendees link`: what organisers print for phones to scan."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from boxd.cli import daemon
from boxd.cli.command_classes import BoxdCommand, dry_run_option, json_option, say_dry_run
from boxd.cli.context import actor
from boxd.cli.files.name_list import all_named
from boxd.cli.files.sheet_output import check
from boxd.cli.files.sheets import Sheets, write
from boxd.cli.near_twins import tell_near_twins
from boxd.cli.sheet_options import output_option, paper_option
from boxd.cli.spinner import progress
from boxd.cli.tables import counted, say_json

_AT_ONCE = 500  # links in one request
_NAMED = 20  # so many names in a dry run
_SIGNS, _CARDS = Path("checkpoints.html"), Path("attendees.html")

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
@dry_run_option
@json_option
def qr(
    checkpoints: tuple[str, ...],
    *,
    output: Path | None,
    paper: str,
    renew: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Write a sign with a QR code for each CHECKPOINT, or for all: checkpoints.html.

    One page each. Open the file in a browser, print it, and hang the signs.
    """
    check(output or (None if as_json else _SIGNS))
    if dry_run:
        say_dry_run(_would_make(f"signs of {', '.join(checkpoints) or 'all'}", renew), as_json)
        return
    asked = {"checkpoints": checkpoints, "renew": renew, "actor": actor()}
    links = daemon.post("/api/v1/checkpoints/links", asked)["links"]
    if as_json:
        say_json({"links": links})
    if output is not None or not as_json:
        signs = Sheets(links, "checkpoint", _checkpoint_html, paper)
        write(signs, output or _SIGNS, as_json)


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
@dry_run_option
@json_option
def link(
    attendees: tuple[str, ...],
    *,
    file: Any,  # click.File's type: text, read once
    output: Path | None,
    paper: str,
    renew: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Write a card with the personal link of each ATTENDEE: attendees.html, eight on a page.

    An ATTENDEE is any name that you use: a badge's number, a ticket's. New ones are added. The
    link shows the attendee's codes to anyone: hand each card to its owner.
    """
    named = all_named(attendees, file)
    check(output or (None if as_json else _CARDS), len(named))
    if dry_run:
        who = f"{counted(len(named), 'attendee')} ({', '.join(named[:_NAMED])}"
        more = ", ...)" if len(named) > _NAMED else ")"
        say_dry_run(_would_make(f"cards of {who}{more}", renew), as_json)
        return
    links = _links_of(named, renew)
    if as_json:
        say_json({"links": links})
    if output is not None or not as_json:
        cards = Sheets(links, "reference", _attendee_html, paper)
        write(cards, output or _CARDS, as_json)


def _would_make(sheets: str, renew: bool) -> str:
    ends = "; whatever was printed for them before would be of no use" if renew else ""
    return f"{sheets} would be written{ends}"


def _links_of(named: Sequence[str], renew: bool) -> list[dict[str, Any]]:
    """The personal links of all who are named; new attendees are added."""
    links: list[dict[str, Any]] = []
    with progress("attendees", len(named)) as advance:
        for start in range(0, len(named), _AT_ONCE):
            some = named[start : start + _AT_ONCE]
            asked = {"attendees": some, "renew": renew, "actor": actor()}
            body = daemon.post("/api/v1/attendees/links", asked)
            links += body["links"]
            tell_near_twins(body)
            advance(len(some))
    return links


def _checkpoint_html(links: Sequence[dict[str, Any]], box: str, paper: str) -> str:
    from boxd.phones.link_service import CheckpointLink
    from boxd.phones.sheets import checkpoint_sheets

    return checkpoint_sheets([CheckpointLink(**each) for each in links], box, paper)


def _attendee_html(links: Sequence[dict[str, Any]], box: str, paper: str) -> str:
    from boxd.phones.link_service import AttendeeLink
    from boxd.phones.sheets import attendee_sheets

    return attendee_sheets([AttendeeLink(**each) for each in links], box, paper)
