"""`boxd rehearsal`: the whole way with codes and units that don't count."""

from __future__ import annotations

import click

from boxd.cli import daemon
from boxd.cli.command_classes import BoxdGroup, dry_run_option, json_option, say_dry_run
from boxd.cli.context import actor
from boxd.cli.tables import counted, say_json, table

_PATH = "/api/v1/rehearsal"


@click.group(
    "rehearsal",
    cls=BoxdGroup,
    examples=("boxd rehearsal begin 3", "boxd rehearsal show", "boxd rehearsal end"),
)
def command() -> None:
    """Practise everything, with codes and units that don't count."""


@command.command("begin", examples=("boxd rehearsal begin", "boxd rehearsal begin 5"))
@click.argument("people", type=click.IntRange(1, 50), default=1)
@json_option
def begin(people: int, as_json: bool) -> None:
    """Let PEOPLE more rehearse [default: 1]. Give them cards and codes by the names shown."""
    body = daemon.post(_PATH, {"people": people, "actor": actor()})
    if as_json:
        say_json(body)
        return
    for each in body["people"]:
        click.echo(f"{each['reference']}: boxd codes issue '{each['reference']}'")


@command.command("show", examples=("boxd rehearsal show",))
@json_option
def show(as_json: bool) -> None:
    """Show who rehearses."""
    body = daemon.get(_PATH)
    if as_json:
        say_json(body)
        return
    table(
        ("number#", "name", "tasks#", "codes#"),
        [
            (each["number"], each["reference"], each["tasks"], each["codes"])
            for each in body["people"]
        ],
        nothing="nobody rehearses: boxd rehearsal begin",
    )


@command.command("end", examples=("boxd rehearsal end",))
@dry_run_option
@json_option
def end(*, dry_run: bool, as_json: bool) -> None:
    """End the rehearsal: its codes are void, its people forgotten, its units gone."""
    if dry_run:
        people = counted(len(daemon.get(_PATH)["people"]), "person", "people")
        say_dry_run(f"the rehearsal would be over: {people} forgotten", as_json)
        return
    body = daemon.post(f"{_PATH}/end", {"actor": actor()})
    if as_json:
        say_json(body)
    else:
        people = counted(body["forgotten"], "person", "people")
        click.echo(f"the rehearsal is over: {people} forgotten, nothing of it counts")
