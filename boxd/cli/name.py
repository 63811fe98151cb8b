"""`boxd name`: what people call this box."""

from __future__ import annotations

import click

from boxd.cli import daemon
from boxd.cli.command_classes import BoxdGroup, json_option
from boxd.cli.context import actor
from boxd.cli.tables import say_json

_PATH = "/api/v1/box-name"


@click.group("name", cls=BoxdGroup, examples=("boxd name show", "boxd name set 'Prizes in hall 2'"))
def command() -> None:
    """Show and change what people call this box."""


@command.command("show", examples=("boxd name show",))
@json_option
def show(as_json: bool) -> None:
    """Show the name, and where it is from."""
    body = daemon.get(_PATH)
    if as_json:
        say_json(body)
        return
    click.echo(body["name"])
    if body["configured"]:
        click.echo("(the configuration has it: [box] name)")


@command.command("set", examples=("boxd name set 'Prizes in hall 2'",))
@click.argument("name")
@json_option
def set_name(name: str, as_json: bool) -> None:
    """Call the box NAME. Screens, phones and new sheets show it at once, without a restart."""
    body = daemon.post(_PATH, {"name": name, "actor": actor()})
    if as_json:
        say_json(body)
    else:
        click.echo(f"the box is called {body['name']}")
