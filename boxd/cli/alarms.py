"""`boxd alarms`: what a person should look at."""

from __future__ import annotations

import click

from boxd.cli import daemon
from boxd.cli.command_classes import BoxdGroup, json_option
from boxd.cli.context import actor
from boxd.cli.tables import say_json, table
from boxd.cli.times import present, when


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
@json_option
def clear(alarm: int, as_json: bool) -> None:
    """Clear ALARM, by its number, when its cause is gone; it is recorded who did."""
    body = daemon.post(f"/api/v1/alarms/{alarm}/clear", {"actor": actor()})
    if as_json:
        say_json(body)
    else:
        click.echo(f"alarm {alarm} is cleared")
