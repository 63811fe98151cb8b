"""`boxd outbox`: what waits for upstream, and what upstream refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from boxd.cli import daemon
from boxd.cli.command_classes import BoxdGroup, json_option
from boxd.cli.context import actor
from boxd.cli.tables import counted, say_json, table
from boxd.cli.times import present, when


@click.group(
    "outbox",
    cls=BoxdGroup,
    examples=("boxd outbox list", "boxd outbox list --dead", "boxd outbox resend"),
)
def command() -> None:
    """List the events that wait for upstream, and send refused ones again."""


@command.command(
    "list", examples=("boxd outbox list", "boxd outbox list --dead", "boxd outbox list --json")
)
@click.option("--dead", is_flag=True, help="Those that upstream refused for good, and why.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, help="[default: 50]")
@click.option("--after", type=click.IntRange(0), help="Only those behind this number.")
@json_option
def list_outbox(dead: bool, limit: int, after: int | None, as_json: bool) -> None:
    """List the waiting events in order, and the state of delivery."""
    body = daemon.get("/api/v1/outbox", dead=1 if dead else None, limit=limit, after=after)
    if as_json:
        say_json(body)
        return
    if body["upstream"] is None:
        click.echo("this box has no upstream: [upstream] url is not configured")
    else:
        show_standing(body["upstream"])
    _show(body["events"], dead)
    if body["next"] is not None:
        click.echo(f"there may be more: --after {body['next']}")


def show_standing(upstream: dict[str, Any]) -> None:
    """The state of delivery, in two lines at most."""
    now = present()
    oldest = f", the oldest since {when(upstream['oldest_at'], now)}" if upstream["waiting"] else ""
    last = f" (last {when(upstream['delivered_at'], now)})" if upstream["delivered_at"] else ""
    click.echo(
        f"{upstream['url']}: {upstream['waiting']} wait{oldest}; {upstream['dead']} refused;"
        f" {upstream['delivered']} delivered{last}"
    )
    if upstream["failures"]:
        click.secho(
            f"  not reached since {when(upstream['since'], now)}: {upstream['why']};"
            f" next attempt {when(upstream['next_at'], now)}",
            fg="yellow",
        )


def _show(events: list[dict[str, Any]], dead: bool) -> None:
    now = present()
    rows = [
        (
            event["seq"],
            event["type"],
            when(event["at"], now),
            _about(event),
            event["why"],
            event["id"],
        )
        for event in events
    ]
    if dead:
        table(
            ("event#", "type", "at", "detail", "why", "id"),
            rows,
            nothing="upstream refused nothing",
        )
    else:
        columns = ("event#", "type", "at", "detail", "id")
        table(columns, [(*row[:4], row[5]) for row in rows], nothing="nothing waits")


def _about(event: dict[str, Any]) -> str:
    return json.dumps(event["data"], ensure_ascii=False, separators=(", ", ": "))[1:-1]


@command.command(
    "resend",
    examples=("boxd outbox resend", "boxd outbox resend evt_0123456789abcdef01234567"),
)
@click.argument("events", nargs=-1, metavar="[ID]...")
@json_option
def resend(events: Sequence[str], as_json: bool) -> None:
    """Send what upstream refused again: the events named by ID, or all of them.

    They go behind the waiting events, with their own ids. Delivery is tried at once.
    """
    body = daemon.post("/api/v1/outbox/resend", {"events": list(events), "actor": actor()})
    if as_json:
        say_json(body)
    else:
        wait = f"{counted(body['resent'], 'event')} {'waits' if body['resent'] == 1 else 'wait'}"
        click.echo(f"{wait} again; `boxd outbox list` shows how it goes")
