"""`boxd codes batch`: who of a list got a code, and who did not, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from boxd.cli import daemon
from boxd.cli.command_classes import BoxdCommand, json_option
from boxd.cli.tables import say_json, table

_AT_ONCE = 500


@click.command(
    "batch",
    cls=BoxdCommand,
    examples=("boxd codes batch 3f09a1c2be77", "boxd codes batch 3f09a1c2be77 --json"),
)
@click.argument("batch", metavar="ID")
@json_option
def show_batch(batch: str, as_json: bool) -> None:
    """Show who of the batch with this ID got a code, and who did not, and why.

    A batch is a file that was issued or imported; if somebody gets no code, the command that issues
    it names the ID. The names of those are in the file alone; here are its lines.
    """
    lines = list(_lines(batch))
    if as_json:
        say_json({"lines": lines})
        return
    table(
        ("line#", "id#", "attendee", "sku", "state", "why none"),
        [
            (each["line"], *(each[key] or "" for key in ("id", "attendee", "sku", "state", "why")))
            for each in lines
        ],
    )
    got = sum(each["id"] is not None for each in lines)
    click.echo(f"{got} of {len(lines)} got a code")


def _lines(batch: str) -> Iterator[dict[str, Any]]:
    after: int | None = 0
    while after is not None:
        path = f"/api/v1/code-batches/{daemon.quoted(batch)}"
        body = daemon.get(path, after=after, limit=_AT_ONCE)
        yield from body["lines"]
        after = body["next"]
