"""`boxd clock`: the box's time, and whether the wall clock is trusted."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import click

from boxd.cli import daemon
from boxd.cli.command_classes import BoxdGroup, dry_run_option, json_option, say_dry_run
from boxd.cli.context import actor, configuration
from boxd.cli.tables import say_json
from boxd.clock import behind_by_s, duration
from boxd.ledger import time_base
from boxd.ledger.database import open_for_reading
from boxd.machine_clock import look, set_wall_clock


@click.group("clock", cls=BoxdGroup, examples=("boxd clock show", "boxd clock trust"))
def command() -> None:
    """Show the box's time, and confirm that the wall clock is right."""


@command.command("show", examples=("boxd clock show", "boxd clock show --json"))
@json_option
def show(as_json: bool) -> None:
    """Show the box's time beside the wall clock."""
    _say(daemon.get("/api/v1/clock"), as_json)


@command.command(
    "trust", examples=("sudo timedatectl set-time '2026-11-21 20:15'; boxd clock trust",)
)
@dry_run_option
@json_option
def trust(*, dry_run: bool, as_json: bool) -> None:
    """Confirm that the wall clock is right now; your name is recorded.

    Not needed for a clock that a time server sets. Codes and tasks whose time is over by this
    clock expire.
    """
    if dry_run:
        wall = daemon.get("/api/v1/clock")["wall"]
        say_dry_run(f"the box would go by the wall clock, which says {wall}", as_json)
        return
    _say(daemon.post("/api/v1/clock/trust", {"actor": actor()}), as_json)


@command.command("advance", examples=("sudo boxd clock advance",))
@click.option(
    "--ledger",
    type=click.Path(path_type=Path),
    help="This ledger; at boot, reading the configuration would keep the box waiting.",
)
def advance(ledger: Path | None) -> None:
    """Set a clock that is behind the newest record to it; boxd-clock.service does so at boot.

    It does not touch a clock that a time server sets, and never sets one back.
    """
    file = ledger or configuration().ledger_file
    if not file.exists():
        return
    with closing(open_for_reading(file)) as connection:
        standing = time_base.load(connection)
    behind_s = behind_by_s(standing, look())
    if behind_s:
        set_wall_clock(behind_s)
        click.echo(f"the clock was {duration(behind_s)} behind the newest record; it is there now")


def _say(clock: dict[str, Any], as_json: bool) -> None:
    if as_json:
        say_json(clock)
        return
    by = "a time server sets it" if clock["is_synchronised"] else "no time server sets it now"
    sure = "confirmed" if clock["is_sure"] else "not confirmed since the box was switched on"
    click.echo(f"the box's time   {clock['box']}, {sure}")
    click.echo(f"the wall clock   {clock['wall']}, {by}")
    if clock["why"]:
        click.secho(clock["why"], fg="yellow")
