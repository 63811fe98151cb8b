"""`boxd event`: how far the end of the event is, and closing it."""

from __future__ import annotations

from typing import Any

import click

from boxd.cli import daemon
from boxd.cli.command_classes import BoxdGroup, dry_run_option, json_option, say_dry_run
from boxd.cli.context import actor
from boxd.cli.tables import counted, say_json
from boxd.cli.times import present, when

_PATH = "/api/v1/event"


@click.group("event", cls=BoxdGroup, examples=("boxd event show", "boxd event close"))
def command() -> None:
    """Close the event, and see what is left to be done."""


@command.command("show", examples=("boxd event show",))
@json_option
def show(as_json: bool) -> None:
    """Show how far the end of the event is."""
    _say(daemon.get(_PATH), as_json)


@command.command("close", examples=("boxd event close",))
@dry_run_option
@json_option
def close(*, dry_run: bool, as_json: bool) -> None:
    """Close the event: nothing begins any more, and codes that are out are void."""
    if dry_run:
        out = counted(daemon.get(_PATH)["codes_ready"], "code")
        say_dry_run(f"the event would be closed: {out} voided", as_json)
        return
    body = daemon.post(f"{_PATH}/close", {"actor": actor()})
    if not as_json:
        click.echo(f"the event is closed: {counted(body['voided'], 'code')} voided")
    _say(body, as_json)


@command.command("open", examples=("boxd event open",))
@json_option
def reopen(as_json: bool) -> None:
    """Open a closed event again; codes that were voided stay void."""
    _say(daemon.post(f"{_PATH}/open", {"actor": actor()}), as_json)


def _say(body: dict[str, Any], as_json: bool) -> None:
    if as_json:
        say_json(body)
        return
    newest = body.get("newest_backup")
    made = f", the newest {when(newest, present())}" if newest else ""
    click.echo(f"the event is {'closed' if body['is_closed'] else 'open'}")
    click.echo(f"codes that are out: {body['codes_ready']}; at a bay now: {body['codes_in_use']}")
    click.echo(f"units that lie there: {body['units_left']}: boxd prizes list; boxd report")
    click.echo(f"backups: {body['backups']}{made}: boxd backup create")
    click.echo(f"people by name: {body['people']}: boxd attendees forget --everybody")
    if left := body["histories_left"]:
        histories = counted(left, "history", "histories")
        click.echo(f"of forgotten people: {histories} are being deleted at the Temporal server")
