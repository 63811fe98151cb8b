"""`boxd prizes`: the prizes and their stock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from boxd import names
from boxd.adjustment import why_no_adjustment
from boxd.cli import daemon
from boxd.cli.command_classes import (
    BoxdGroup,
    again_option,
    dry_run_option,
    json_option,
    say_nothing_changed,
)
from boxd.cli.context import actor
from boxd.cli.one_prize import add, add_variants, count, retire, set_prize
from boxd.cli.tables import counted, say_json, table

if TYPE_CHECKING:
    from boxd.lists.prize_rows import ListedPrize


@click.group(
    "prizes",
    cls=BoxdGroup,
    examples=("boxd prizes list", "boxd prizes import prizes.csv --dry-run"),
)
def command() -> None:
    """List, add, import and adjust the prizes and their stock."""


for each in (add, set_prize, add_variants, count, retire):
    command.add_command(each)


@command.command("list", examples=("boxd prizes list", "boxd prizes list --json"))
@json_option
def list_prizes(as_json: bool) -> None:
    """List the prizes and where their units are."""
    body = daemon.get("/api/v1/prizes")
    if as_json:
        say_json(body)
        return
    numbers = ("weight", "received", "on_hand", "held", "dispensed", "written_off")
    table(
        ("sku", "name", *(f"{number.replace('_', ' ')}#" for number in numbers)),
        [(p["sku"], p["name"], *(p[number] for number in numbers)) for p in body["prizes"]],
        nothing="no prizes yet: `boxd prizes import FILE`",
    )


@command.command(
    "import",
    examples=(
        "boxd prizes import prizes.csv --dry-run",
        "boxd prizes import prizes.csv",
        "printf 'sku,name,units,weight\\nmug,Mug,12,1\\n' > prizes.csv",
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@dry_run_option
@again_option
@json_option
def import_prizes(file: Path, dry_run: bool, again: bool, as_json: bool) -> None:
    """Import the prizes of FILE: all of them or, if anything is wrong, none.

    A CSV file has the columns sku, name, units and, if wanted, weight and variant; a TOML file
    has [[prizes]] sections with the same keys. A prize in several sizes has a line for each of
    them, with the same sku and the size as its variant. The units are received in addition to
    what is there; a known prize takes the new name and weight; prizes not in FILE stay as they
    are.
    """
    from boxd.cli.files.file_text import digest_of
    from boxd.cli.files.prize_file import read_prizes

    prizes = read_prizes(file)
    changes = differences(prizes, daemon.get("/api/v1/prizes")["prizes"])
    if not dry_run:
        rows = [prize.model_dump() for prize in prizes]
        known = {"digest": digest_of(file), "again": again}
        daemon.post("/api/v1/prizes/import", {"prizes": rows, "file": known, "actor": actor()})
    if as_json:
        say_json({"imported": not dry_run, "changes": [vars(change) for change in changes]})
        return
    _show(changes)
    if dry_run:
        say_nothing_changed()
    else:
        click.echo(f"{counted(len(changes), 'prize')} imported")


@dataclass(frozen=True)
class Change:
    """What an import changes about one prize; the `old` values are None for a new one."""

    sku: str
    variant: str | None
    old_name: str | None
    name: str
    old_weight: int | None
    weight: int
    on_hand: int
    units: int


def differences(prizes: Sequence[ListedPrize], known: Sequence[dict[str, Any]]) -> list[Change]:
    """What importing `prizes` changes in a box that has the `known` ones."""
    places = {(row["sku"], ""): row for row in known}
    for row in known:
        if row["variant"]:
            places[row["variant_of"], names.folded(row["variant"])] = row
    wanted = [(prize.sku, names.folded(prize.variant or "")) for prize in prizes]
    return [
        _change(prize, places.get(place, {})) for prize, place in zip(prizes, wanted, strict=True)
    ]


def _change(prize: ListedPrize, old: dict[str, Any]) -> Change:
    return Change(
        sku=prize.sku,
        variant=prize.variant,
        old_name=old.get("name"),
        name=f"{prize.name}, {prize.variant}" if prize.variant else prize.name,
        old_weight=old.get("weight"),
        weight=prize.weight,
        on_hand=old.get("on_hand", 0),
        units=prize.units,
    )


def _show(changes: Sequence[Change]) -> None:
    table(
        ("", "sku", "name", "on hand#", "received#", "then#", "weight"),
        [
            (
                "new" if change.old_name is None else "",
                change.sku,
                _from_to(change.old_name, change.name),
                change.on_hand,
                f"+{change.units}",
                change.on_hand + change.units,
                _from_to(change.old_weight, change.weight),
            )
            for change in changes
        ],
    )


def _from_to(old: object, new: object) -> str:
    return str(new) if old in (None, new) else f"{old} -> {new}"


@command.command(
    "adjust",
    context_settings={"ignore_unknown_options": True},  # so that -2 is a number
    examples=(
        'boxd prizes adjust mug +5 --reason "another carton"',
        'boxd prizes adjust mug -2 --reason "broken"',
    ),
)
@click.argument("sku")
@click.argument("units", type=click.IntRange(-100_000, 100_000))
@click.option("--reason", required=True, help="Why; it is kept in the audit trail.")
@json_option
def adjust(sku: str, units: int, reason: str, as_json: bool) -> None:
    """Receive (+UNITS) or write off (-UNITS) units of the prize SKU."""
    if why := why_no_adjustment(units):
        raise click.UsageError(f"UNITS: {why}")
    asked = {"units": units, "reason": reason, "actor": actor()}
    body = daemon.post(f"/api/v1/prizes/{daemon.quoted(sku)}/adjust", asked)
    if as_json:
        say_json(body)
        return
    done = f"received {units}" if units > 0 else f"wrote off {-units}"
    click.echo(f"{sku}: {done} ({reason}); `boxd prizes list` shows the stock")
