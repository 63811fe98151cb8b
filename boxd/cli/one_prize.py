"""`boxd prizes add`, `set`, `variants`, `count` and `remove`: one prize at a time."""

from __future__ import annotations

import click

from boxd.cli import daemon
from boxd.cli.command_classes import BoxdCommand, dry_run_option, json_option, say_dry_run
from boxd.cli.context import actor
from boxd.cli.tables import counted, say_json

_WEIGHT = click.IntRange(0, 1000)
_UNITS = click.IntRange(0, 100_000)


@click.command(
    "add",
    cls=BoxdCommand,
    examples=(
        "boxd prizes add mug --name Mug --units 12",
        "boxd prizes add jackpot --name 'Grand prize' --units 1 --weight 0",
    ),
)
@click.argument("sku")
@click.option("--name", required=True, help="What people read.")
@click.option("--units", type=_UNITS, default=0, help="How many are there [default: 0].")
@click.option("--weight", type=_WEIGHT, default=1, help="How often it is drawn [default: 1].")
@json_option
def add(sku: str, name: str, units: int, weight: int, as_json: bool) -> None:
    """Add the prize SKU: a short name of lower-case letters, digits and hyphens."""
    asked = {"sku": sku, "name": name, "units": units, "weight": weight, "actor": actor()}
    body = daemon.post("/api/v1/prizes", asked)
    if as_json:
        say_json(body)
    else:
        click.echo(f"{sku}: {name}, {counted(units, 'unit')} on hand")


@click.command(
    "set",
    cls=BoxdCommand,
    examples=(
        "boxd prizes set mug --name 'Mug, blue'",
        "boxd prizes set mug --weight 3",
        "boxd prizes set mug --name-in de=Tasse --name-in fr=Mug",
    ),
)
@click.argument("sku")
@click.option("--name", help="What people read from now on.")
@click.option("--weight", type=_WEIGHT, help="How often it is drawn; 0: only by its sku.")
@click.option(
    "--name-in",
    "named",
    multiple=True,
    metavar="LANGUAGE=NAME",
    help="What people read in another language; nothing after = removes it.",
)
@json_option
def set_prize(
    sku: str, name: str | None, weight: int | None, named: tuple[str, ...], as_json: bool
) -> None:
    """Give the prize SKU another name or weight. Units: `boxd prizes count` or `adjust`."""
    if name is None and weight is None and not named:
        raise click.UsageError(
            "give --name, --name-in or --weight; for units: boxd prizes count SKU UNITS"
        )
    asked: dict[str, object] = {"name": name, "weight": weight, "actor": actor()}
    if named:
        asked["names"] = _names(sku, named)
    body = daemon.post(f"/api/v1/prizes/{daemon.quoted(sku)}/change", asked)
    if as_json:
        say_json(body)
    else:
        prize = body["prize"]
        click.echo(f"{sku}: {prize['name']}, weight {prize['weight']}")


def _names(sku: str, named: tuple[str, ...]) -> dict[str, str]:
    """The prize's names in other languages, with these changes."""
    given = dict(_pair(each) for each in named)
    found = (each for each in daemon.get("/api/v1/prizes")["prizes"] if each["sku"] == sku)
    known: dict[str, str] = next(found, {"names": {}})["names"]
    return {language: name for language, name in (known | given).items() if name}


def _pair(text: str) -> tuple[str, str]:
    language, between, name = text.partition("=")
    if not between or not language:
        raise click.UsageError(f"--name-in '{text}' is to be LANGUAGE=NAME, e.g. de=Tasse")
    return language.strip(), name.strip()


@click.command(
    "variants",
    cls=BoxdCommand,
    examples=("boxd prizes variants tshirt S=5 M=10 L=10",),
)
@click.argument("sku")
@click.argument("variants", metavar="LABEL=UNITS...", nargs=-1, required=True)
@dry_run_option
@json_option
def add_variants(sku: str, variants: tuple[str, ...], *, dry_run: bool, as_json: bool) -> None:
    """Give the prize SKU variants, such as sizes, each with a stock of its own.

    One of them is drawn for a code, by what is left of each; the attendee may choose another one
    on the phone. Units of the prize that are in no variant yet are written off: count them into
    these.
    """
    new = [_variant(each) for each in variants]
    if dry_run:
        lost = counted(_prize(sku)["on_hand"], "unit")
        made = ", ".join(f"{each['label']} ({each['units']})" for each in new)
        say_dry_run(f"{sku}: {lost} in no variant would be written off; new: {made}", as_json)
        return
    asked = {"variants": new, "actor": actor()}
    body = daemon.post(f"/api/v1/prizes/{daemon.quoted(sku)}/variants", asked)
    if as_json:
        say_json(body)
        return
    for each in body["prizes"]:
        if each["variant_of"]:
            click.echo(f"{each['sku']}: {each['name']}, {counted(each['on_hand'], 'unit')} on hand")


def _variant(written: str) -> dict[str, str | int]:
    label, _, units = written.rpartition("=")
    if not label or not (units.isascii() and units.isdigit()):
        raise click.UsageError(f"'{written}' is to be a label and its units, like M=10")
    return {"label": label, "units": int(units)}


@click.command(
    "count",
    cls=BoxdCommand,
    examples=('boxd prizes count mug 17 --reason "counted in the morning"',),
)
@click.argument("sku")
@click.argument("units", type=_UNITS)
@click.option("--reason", required=True, help="Why; it is kept in the audit trail.")
@dry_run_option
@json_option
def count(sku: str, units: int, reason: str, dry_run: bool, as_json: bool) -> None:
    """Book the difference to the UNITS of the prize SKU that you have counted.

    Count all that lie there, those that are held for codes as well, while none is being handed
    out.
    """
    if dry_run:
        prize = _prize(sku)
        there = prize["on_hand"] + prize["held"]
        held = f"{prize['held']} held"
        say_dry_run(f"{sku}: {there} should be there ({held}), {units - there:+d}", as_json)
        return
    asked = {"units": units, "reason": reason, "actor": actor()}
    body = daemon.post(f"/api/v1/prizes/{daemon.quoted(sku)}/count", asked)
    if as_json:
        say_json(body)
    else:
        click.echo(f"{sku}: {units} counted, {body['difference']:+d} booked ({reason})")


@click.command(
    "remove", cls=BoxdCommand, examples=('boxd prizes remove mug --reason "the sponsor left"',)
)
@click.argument("sku")
@click.option("--reason", required=True, help="Why; it is kept in the audit trail.")
@dry_run_option
@json_option
def retire(sku: str, reason: str, dry_run: bool, as_json: bool) -> None:
    """Write off what is on hand of the prize SKU, and draw it no more.

    Codes that are out for it stay good, with the units that are held for them. The prize stays
    in the list, because the record names it.
    """
    if dry_run:
        prize = _prize(sku)
        would = f"{prize['on_hand']} on hand would be written off, {prize['held']} stay held"
        say_dry_run(f"{sku}: {would}", as_json)
        return
    asked = {"reason": reason, "actor": actor()}
    body = daemon.post(f"/api/v1/prizes/{daemon.quoted(sku)}/retire", asked)
    if as_json:
        say_json(body)
    else:
        held = body["prize"]["held"]
        click.echo(
            f"{sku}: wrote off {counted(body['written_off_now'], 'unit')}, drawn no more;"
            f" {counted(held, 'unit')} held for codes"
        )


def _prize(sku: str) -> dict[str, int]:
    from boxd.errors import NotFound
    from boxd.issue import why_no_prize

    prizes = {str(each["sku"]): each for each in daemon.get("/api/v1/prizes")["prizes"]}
    if sku not in prizes:
        raise NotFound(why_no_prize(sku, prizes))
    return dict(prizes[sku])
