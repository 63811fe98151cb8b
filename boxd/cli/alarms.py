"""`boxd alarms`: what a person should look at."""

from __future__ import annotations

import click

from boxd.cli import daemon
from boxd.cli.command_classes import BoxdGroup, dry_run_option, json_option, say_dry_run
from boxd.cli.context import actor
from boxd.cli.tables import say_json, table
from boxd.cli.times import present, when
from boxd.errors import NotFound


@click.group("alarms", cls=BoxdGroup, examples=("boxd alarms list", "boxd alarms clear 3"))
def command() -> None:
    """List and clear alarms."""


@command.command("list", examples=("boxd alarms list", "boxd alarms list --json"))
@json_option
def list_alarms(as_json: bool) -> None:
    """List the active alarms, each with what to do about it."""
    body = daemon.get("/api/v1/alarms")
    if as_json:
        say_json(body)
        return
    now = present()
    table(
        ("id#", "subject", "text", "raised"),
        [(a["id"], a["subject"], a["text"], when(a["raised_at"], now)) for a in body["alarms"]],
        nothing="no alarm stands",
    )


@command.command("clear", examples=("boxd alarms clear 3",))
@click.argument("alarm", type=click.IntRange(min=1))
@dry_run_option
@json_option
def clear(alarm: int, *, dry_run: bool, as_json: bool) -> None:
    """Clear ALARM, by its number, when its cause is gone; it is recorded who did."""
    if dry_run:
        say_dry_run(f"alarm {alarm} would be cleared: {_text_of(alarm)}", as_json)
        return
    body = daemon.post(f"/api/v1/alarms/{alarm}/clear", {"actor": actor()})
    if as_json:
        say_json(body)
    else:
        click.echo(f"alarm {alarm} is cleared")


def _text_of(alarm: int) -> str:
    """What an active alarm says. Raises NotFound."""
    for each in daemon.get("/api/v1/alarms")["alarms"]:
        if each["id"] == alarm:
            return f"{each['subject']}: {each['text']}"
    raise NotFound(f"no active alarm has number {alarm}; `boxd alarms list` shows them")
