"""`boxd codes`: claim codes."""

from __future__ import annotations

from typing import Any

import click

from boxd.cli import daemon
from boxd.cli.setting import actor
from boxd.cli.shape import BoxdGroup, json_option
from boxd.cli.tables import say_json, table
from boxd.cli.times import present, when

STATES = ("ready", "in_use", "spent", "expired", "voided")


@click.group("codes", cls=BoxdGroup, examples=("boxd codes issue badge-1042", "boxd codes list"))
def command() -> None:
    """Issue, list, show and void claim codes."""


@command.command(
    "issue",
    examples=(
        "boxd codes issue badge-1042",
        "boxd codes issue badge-1042 --sku mug --valid-days 2",
        "boxd codes issue spare --count 20 --json",
    ),
)
@click.argument("attendee")
@click.option("--sku", help="The prize [default: one in stock, at random by weight].")
@click.option("--count", type=click.IntRange(1, 1000), default=1, help="How many [default: 1].")
@click.option("--valid-days", type=click.IntRange(1, 3650), help="[default: as configured]")
@json_option
def issue(
    attendee: str, sku: str | None, count: int, valid_days: int | None, as_json: bool
) -> None:
    """Issue codes for ATTENDEE, each with one unit held for it, and show their digits."""
    asked = {"attendee": attendee, "sku": sku, "count": count, "valid_days": valid_days}
    body = daemon.post("/api/v1/codes", asked | {"actor": actor()})
    if as_json:
        say_json(body)
        return
    now = present()
    table(
        ("id#", "code", "prize", "expires"),
        [(c["id"], c["code"], c["prize"], when(c["expires_at"], now)) for c in body["codes"]],
    )
    click.echo("The digits again, on the record: boxd codes show ID --reveal")


@command.command(
    "list",
    examples=(
        "boxd codes list",
        "boxd codes list --state ready --limit 500",
        "boxd codes list --json",
    ),
)
@click.option("--state", type=click.Choice(STATES), help="Only codes in this state.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, help="[default: 50]")
@json_option
def list_codes(state: str | None, limit: int, as_json: bool) -> None:
    """List codes, newest first, without their digits."""
    body = daemon.get("/api/v1/codes", state=state, limit=limit)
    if as_json:
        say_json(body)
        return
    now = present()
    table(
        ("id#", "attendee", "sku", "state", "issued", "expires"),
        [
            (
                *(c["id"], c["attendee"], c["sku"], c["state"]),
                *(when(c["issued_at"], now), when(c["expires_at"], now)),
            )
            for c in body["codes"]
        ],
        nothing="no codes" + (f" are {state}" if state else " yet: `boxd codes issue ATTENDEE`"),
    )


@command.command("show", examples=("boxd codes show 17", "boxd codes show 17 --reveal"))
@click.argument("code", metavar="ID", type=click.IntRange(min=1))
@click.option("--reveal", is_flag=True, help="Show the digits too; who did is recorded.")
@json_option
def show(code: int, reveal: bool, as_json: bool) -> None:
    """Show the code with this ID."""
    asked: dict[str, str | int] = {"reveal": 1, "actor": actor()} if reveal else {}
    body = daemon.get(f"/api/v1/codes/{code}", **asked)
    if as_json:
        say_json(body)
        return
    _show(body["code"])


def _show(code: dict[str, Any]) -> None:
    now = present()
    for name, value in code.items():
        told = when(value, now) if name.endswith("_at") else value
        click.echo(f"{name.replace('_', ' '):<12} {told}")


@command.command("void", examples=('boxd codes void 17 --reason "issued by mistake"',))
@click.argument("code", metavar="ID", type=click.IntRange(min=1))
@click.option("--reason", required=True, help="Why; it is kept in the audit trail.")
@json_option
def void(code: int, reason: str, as_json: bool) -> None:
    """Void the code with this ID: it can't be used any more, its unit goes back to stock."""
    body = daemon.post(f"/api/v1/codes/{code}/void", {"reason": reason, "actor": actor()})
    if as_json:
        say_json(body)
    else:
        click.echo(f"code {code} is voided; its unit is on hand again")
