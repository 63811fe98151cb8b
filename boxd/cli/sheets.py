"""`boxd tasks qr` and `boxd attendees link`: what organisers print for phones to scan."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from boxd.cli import daemon
from boxd.cli.command_classes import BoxdCommand, json_option
from boxd.cli.context import actor, configuration
from boxd.cli.tables import say_json
from boxd.errors import BadInput

_AT_ONCE = 500  # links in one request
_SHOWN = 3  # up to so many links are also printed on the terminal

output_option = click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help="A .pdf to print, or a folder for one PNG each.",
)
renew_option = click.option(
    "--renew", is_flag=True, help="Make new links; whatever was printed before is of no use then."
)


@click.command(
    "qr",
    cls=BoxdCommand,
    examples=(
        "boxd tasks qr",
        "boxd tasks qr entrance stage --output signs.pdf",
        "boxd tasks qr --output signs/",
        "boxd tasks qr stage --renew",
    ),
)
@click.argument("checkpoints", nargs=-1, metavar="[CHECKPOINT]...")
@output_option
@renew_option
@json_option
def qr(checkpoints: tuple[str, ...], output: Path | None, renew: bool, as_json: bool) -> None:
    """Write a sign with a QR code for each CHECKPOINT, or for all: checkpoints.pdf.

    One page each, to print and hang where attendees scan it.
    """
    _check(output)
    asked = {"checkpoints": checkpoints, "renew": renew, "actor": actor()}
    links = daemon.post("/api/v1/checkpoints/links", asked)["links"]
    if as_json:
        say_json({"links": links})
    if output is not None or not as_json:
        _write(links, output or Path("checkpoints.pdf"), "checkpoint", _checkpoint_pdf, as_json)


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
@renew_option
@json_option
def link(
    attendees: tuple[str, ...],
    file: Any,  # click.File's type: text, read once
    output: Path | None,
    renew: bool,
    as_json: bool,
) -> None:
    """Write a card with the personal link of each ATTENDEE: attendees.pdf, eight on a page.

    An ATTENDEE is any name that you use: a badge's number, a ticket's. New ones are added. The
    link shows the attendee's codes to anyone: hand each card to its owner.
    """
    _check(output)
    named = _all_named(attendees, file)
    links: list[dict[str, Any]] = []
    for start in range(0, len(named), _AT_ONCE):
        some = named[start : start + _AT_ONCE]
        asked = {"attendees": some, "renew": renew, "actor": actor()}
        links += daemon.post("/api/v1/attendees/links", asked)["links"]
    if as_json:
        say_json({"links": links})
    if output is not None or not as_json:
        _write(links, output or Path("attendees.pdf"), "reference", _attendee_pdf, as_json)


def _all_named(attendees: Sequence[str], file: Any) -> list[str]:
    """Everybody who is named, once each. Raises UsageError for nobody, BadInput for no text."""
    try:
        lines = [] if file is None else file.read().splitlines()
    except UnicodeDecodeError as error:
        raise BadInput(
            f"{file.name}: is not UTF-8 text (byte {error.start}); save it as UTF-8, one attendee"
            " on each line"
        ) from None
    named = list(dict.fromkeys(text for each in (*attendees, *lines) if (text := each.strip())))
    if not named:
        raise click.UsageError("nobody is named: give an ATTENDEE, or --from FILE")
    return named


def _check(output: Path | None) -> None:
    """Check the output before anything is asked."""
    if output is not None and output.suffix.lower() not in {"", ".pdf"}:
        raise click.UsageError(f"--output {output}: give a .pdf, or a folder for PNG files")


def _write(
    links: Sequence[dict[str, Any]],
    output: Path,
    name: str,
    as_pdf: Callable[[Sequence[dict[str, Any]], str], bytes],
    is_quiet: bool,
) -> None:
    """Write the sheets: a PDF, or one PNG each into a folder."""
    from boxd.phones.sheets import write_pngs

    if output.suffix.lower() == ".pdf":
        output.write_bytes(as_pdf(links, configuration().box.name))
    else:
        write_pngs([(str(each[name]), str(each["url"])) for each in links], output)
    if not is_quiet:
        _tell(links, output, name)


def _tell(links: Sequence[dict[str, Any]], output: Path, name: str) -> None:
    if len(links) <= _SHOWN:
        for each in links:
            click.echo(f"{each[name]}  {each['url']}")
    if len(links) == 1 and sys.stdout.isatty():
        from boxd.phones.qr import in_letters

        click.echo(in_letters(str(links[0]["url"])))
    click.echo(f"{len(links)} QR codes are in {output}")


def _checkpoint_pdf(links: Sequence[dict[str, Any]], box: str) -> bytes:
    from boxd.phones.link_service import CheckpointLink
    from boxd.phones.sheets import checkpoint_sheets

    return checkpoint_sheets([CheckpointLink(**each) for each in links], box)


def _attendee_pdf(links: Sequence[dict[str, Any]], box: str) -> bytes:
    from boxd.phones.link_service import AttendeeLink
    from boxd.phones.sheets import attendee_sheets

    return attendee_sheets([AttendeeLink(**each) for each in links], box)
