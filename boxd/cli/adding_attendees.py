"""`boxd attendees add` and `import`: people, before they have a task or a code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from boxd import names
from boxd.cli import daemon
from boxd.cli.command_classes import BoxdCommand, dry_run_option, json_option, say_nothing_changed
from boxd.cli.context import actor
from boxd.cli.daemon import Unanswered
from boxd.cli.files.name_list import all_named
from boxd.cli.near_twins import tell_near_twins
from boxd.cli.spinner import progress
from boxd.cli.tables import counted, say_json

_PATH = "/api/v1/attendees"
_AT_ONCE = 500


@click.command(
    "add", cls=BoxdCommand, examples=("boxd attendees add badge-1042", "boxd attendees add ada bo")
)
@click.argument("attendees", nargs=-1, required=True, metavar="ATTENDEE...")
@json_option
def add(attendees: tuple[str, ...], as_json: bool) -> None:
    """Add each ATTENDEE: any name that you use. Those who are there stay as they are.

    Cards with their links: boxd attendees link. Codes: boxd codes issue.
    """
    _add(all_named(attendees, None), as_json)


@click.command(
    "import",
    cls=BoxdCommand,
    examples=("boxd attendees import badges.csv --dry-run", "boxd attendees import badges.txt"),
)
@click.argument("file", type=click.File(encoding="utf-8-sig"))
@dry_run_option
@json_option
def import_attendees(file: Any, dry_run: bool, as_json: bool) -> None:
    """Add everybody in FILE: one name on each line, or a CSV file with a column attendee.

    FILE - is standard input. Cards of the same people: boxd attendees link --from FILE.
    """
    named = all_named((), file)
    if dry_run:
        click.echo("\n".join(named))
        click.echo(f"{counted(len(named), 'attendee')} in {file.name}")
        _tell_twins(named)
        say_nothing_changed()
        return
    _add(named, as_json)


def _tell_twins(named: Sequence[str]) -> None:
    """Say who has another spelling in the list itself, and in the box if it can be asked."""
    found = [{"attendee": name, "like": other} for name, other in names.spelled_twice(named)]
    try:
        for start in range(0, len(named), _AT_ONCE):
            body = {"attendees": named[start : start + _AT_ONCE], "actor": actor()}
            found += daemon.post(_PATH, body | {"dry_run": True})["near_twins"]
    except Unanswered:
        click.echo("boxd does not answer: names that it has are not compared", err=True)
    tell_near_twins({"near_twins": found})


def _add(named: Sequence[str], as_json: bool) -> None:
    found: list[dict[str, Any]] = []
    with progress("attendees", len(named)) as advance:
        for start in range(0, len(named), _AT_ONCE):
            some = named[start : start + _AT_ONCE]
            body = daemon.post(_PATH, {"attendees": some, "actor": actor()})
            found += body["attendees"]
            tell_near_twins(body)
            advance(len(some))
    if as_json:
        say_json({"attendees": found})
        return
    click.echo(f"{counted(len(found), 'attendee')} in the box: boxd attendees list")
