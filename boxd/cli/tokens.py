"""`boxd tokens`: who may use the API over the network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from boxd.cli import daemon
from boxd.cli.command_classes import (
    BoxdGroup,
    dry_run_option,
    json_option,
    say_dry_run,
    say_nothing_changed,
)
from boxd.cli.context import actor
from boxd.cli.tables import say_json, table
from boxd.cli.times import present, when
from boxd.roles import Role


@click.group(
    "tokens",
    cls=BoxdGroup,
    examples=("boxd tokens create event-app --role attendee_app", "boxd tokens list"),
)
def command() -> None:
    """Make, list and revoke the tokens by which programs use the API."""


@command.command(
    "create",
    examples=(
        "boxd tokens create event-app --role attendee_app",
        "boxd tokens create desk-tablet --role operator --json",
        "boxd tokens create metrics --role viewer --only metrics",
        "boxd tokens create gate --role attendant --checkpoint entrance",
    ),
)
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    required=True,
    help="What it may do.",
)
@click.option(
    "--days", type=click.IntRange(1, 366), default=30, help="How long it is good. [default: 30]"
)
@click.option(
    "--only",
    metavar="OPERATION",
    multiple=True,
    help="Narrow the role to this operation (its operationId); may be given several times.",
)
@click.option(
    "--kind",
    "kinds",
    metavar="KIND",
    multiple=True,
    help="Narrow it to tasks of this kind; may be given several times.",
)
@click.option(
    "--checkpoint",
    "checkpoints",
    metavar="CHECKPOINT",
    multiple=True,
    help="Narrow it to counting scans at this checkpoint; may be given several times.",
)
@json_option
def create(name: str, role: str, days: int, as_json: bool, **narrowed: tuple[str, ...]) -> None:
    """Make a token called NAME and show its secret, this once.

    The audit trail has NAME for all that is done with the token. What each role may do is in
    docs/api.md.
    """
    said = {"name": name, "role": role, "days": days, "actor": actor(), **narrowed}
    body = daemon.post("/api/v1/tokens", said)
    if as_json:
        say_json(body)
        return
    click.echo(body["secret"])
    click.echo("Keep it now: nothing shows it again. As a header:", err=True)
    click.echo("  Authorization: Bearer " + body["secret"], err=True)


@command.command("list", examples=("boxd tokens list", "boxd tokens list --json"))
@json_option
def list_tokens(as_json: bool) -> None:
    """List the tokens, with their last use."""
    body = daemon.get("/api/v1/tokens")
    if as_json:
        say_json(body)
        return
    _show(body["tokens"])


def _show(tokens: Sequence[dict[str, Any]]) -> None:
    table(
        ("name", "role", "only for", "made", "last used", "good until", "revoked"),
        [_row(token) for token in tokens],
        nothing="no such token: `boxd tokens create NAME --role ROLE`",
    )


def _row(token: dict[str, Any]) -> tuple[str, ...]:
    now = present()
    last, revoked, expires = token["last_used_at"], token["revoked_at"], token["expires_at"]
    return (
        token["name"],
        token["role"],
        ", ".join((*token["only"], *token["kinds"], *token["checkpoints"])),
        when(token["created_at"], now),
        when(last, now) if last else "never",
        when(expires, now) if expires else "it is revoked",
        when(revoked, now) if revoked else "",
    )


@command.command("revoke", examples=("boxd tokens revoke event-app",))
@click.argument("name")
@dry_run_option
@json_option
def revoke(name: str, dry_run: bool, as_json: bool) -> None:
    """Revoke the token called NAME, at once and for ever."""
    if dry_run and as_json:
        say_dry_run(f"token {name} would be revoked", as_json)
        return
    if dry_run:
        _show([each for each in daemon.get("/api/v1/tokens")["tokens"] if each["name"] == name])
        say_nothing_changed()
        return
    path = f"/api/v1/tokens/{daemon.quoted(name)}/revoke"
    body = daemon.post(path, {"actor": actor()})
    if as_json:
        say_json(body)
    else:
        click.echo(f"token {name} is revoked")
