"""`boxd stock`: units on their way between two boxes."""

from __future__ import annotations

from typing import Any

import click

from boxd.cli import daemon
from boxd.cli.command_classes import BoxdGroup, dry_run_option, json_option, say_dry_run
from boxd.cli.context import actor
from boxd.cli.tables import say_json, table
from boxd.cli.times import present, when
from boxd.errors import NotFound
from boxd.stock_move import MissingUnits

_UNITS = click.IntRange(0, 100_000)
_WORDS = {each.value.replace("_", "-"): each.value for each in MissingUnits}


@click.group(
    "stock",
    cls=BoxdGroup,
    examples=("boxd stock send mug 10 --to 2", "boxd stock list", "boxd stock arrive 1-204711 8"),
)
def command() -> None:
    """Send units to another box of the event, and sign for what arrived.

    Units under way are in no box's stock until somebody at the other box has signed for them.
    """


@command.command("list", examples=("boxd stock list", "boxd stock list --json"))
@json_option
def list_moves(as_json: bool) -> None:
    """List the units that are under way or missing, to this box and from it."""
    body = daemon.get("/api/v1/stock-moves")
    if as_json:
        say_json(body)
        return
    show(body["moves"], nothing="no units are under way; what lies in this box: `boxd prizes list`")


def show(moves: list[dict[str, Any]], *, nothing: str = "") -> None:
    """The moves as a table."""
    now = present()
    table(
        ("move", "", "sku", "units#", "arrived#", "missing#", "what", "since"),
        [
            (
                each["move"],
                f"{'to' if each['direction'] == 'out' else 'from'} box {_box(each)}",
                each["sku"],
                each["units"],
                each["arrived"],
                each["missing"] if each["is_signed"] else None,
                _what(each),
                when(each["since"], now),
            )
            for each in moves
        ],
        nothing=nothing,
    )


def _box(move: dict[str, Any]) -> str:
    return f"{move['box']} ({move['box_name']})" if move["box_name"] else str(move["box"])


def _what(move: dict[str, Any]) -> str:
    if not move["is_signed"]:
        return "under way"
    where = "here" if move["direction"] == "in" else f"at box {_box(move)}"
    return f"a person decides {where}"


@command.command(
    "send", examples=("boxd stock send mug 10 --to 2", 'boxd stock send mug 10 --to "Hall B"')
)
@click.argument("sku")
@click.argument("units", type=click.IntRange(1, 100_000))
@click.option("--to", "box", required=True, help="The other box: its number, or its name.")
@json_option
def send(sku: str, units: int, box: str, as_json: bool) -> None:
    """Send UNITS of the prize SKU to another box: they leave this box's stock at once."""
    asked = {"sku": sku, "units": units, "to": box, "actor": actor()}
    move = daemon.post("/api/v1/stock-moves", asked)["move"]
    if as_json:
        say_json({"move": move})
        return
    click.echo(
        f"{move['move']}: {units} of {sku} are under way to box {_box(move)}. There somebody"
        f" signs for them: boxd stock arrive {move['move']} {units}"
    )


@command.command("arrive", examples=("boxd stock arrive 1-204711 10",))
@click.argument("move")
@click.argument("units", type=_UNITS)
@dry_run_option
@json_option
def arrive(move: str, units: int, *, dry_run: bool, as_json: bool) -> None:
    """Sign for the UNITS of MOVE that are there; 0 if nothing is."""
    if dry_run:
        say_dry_run(f"{_told(move)}; {units} would be signed for", as_json)
        return
    asked = {"units": units, "actor": actor()}
    found = daemon.post(f"/api/v1/stock-moves/{daemon.quoted(move)}/arrival", asked)["move"]
    _say_rest(found, as_json, f"{units} of {found['sku']} arrived")


@command.command(
    "settle",
    examples=(
        'boxd stock settle 1-204711 2 lost --reason "the carton was open"',
        'boxd stock settle 1-204711 1 returned --reason "it lay at box 1"',
    ),
)
@click.argument("move")
@click.argument("units", type=click.IntRange(1, 100_000))
@click.argument("became", type=click.Choice(list(_WORDS)))
@click.option("--reason", required=True, help="How you know; it is kept in the audit trail.")
@dry_run_option
@json_option
def settle(
    move: str, units: int, became: str, *, reason: str, dry_run: bool, as_json: bool
) -> None:
    """Say what became of UNITS of MOVE that did not arrive.

    found: they are here after all. returned: they are at the box that sent them, and belong to its
    stock again. lost, written-off: nobody has them, or nobody can use them.
    """
    if dry_run:
        say_dry_run(f"{_told(move)}; {units} would be {became}", as_json)
        return
    asked = {"units": units, "became": _WORDS[became], "reason": reason, "actor": actor()}
    found = daemon.post(f"/api/v1/stock-moves/{daemon.quoted(move)}/settlement", asked)["move"]
    _say_rest(found, as_json, f"{units} of {found['sku']}: {became} ({reason})")


def _told(move: str) -> str:
    """A move that is open, in words. Raises NotFound."""
    for each in daemon.get("/api/v1/stock-moves")["moves"]:
        if each["move"] == move:
            return f"{move}: {each['units']} of {each['sku']}, {_what(each)}"
    raise NotFound(f"no move {move} is under way or missing; `boxd stock list` shows them")


def _say_rest(move: dict[str, Any], as_json: bool, done: str) -> None:
    if as_json:
        say_json({"move": move})
        return
    missing = move["missing"]
    rest = (
        f"{missing} of {move['units']} are missing: say what became of them, boxd stock settle"
        f" {move['move']} {missing} found|returned|lost|written-off --reason …"
        if missing
        else f"all {move['units']} are accounted for"
    )
    click.echo(f"{done}; {rest}")
