"""`boxd schedules`: the jobs that the box does by itself."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from boxd.cli import daemon
from boxd.cli.command_classes import BoxdGroup, json_option
from boxd.cli.context import actor
from boxd.cli.program import FAILED
from boxd.cli.spinner import waiting
from boxd.cli.tables import say_json, style_of, table
from boxd.cli.times import present, when

_LOOK_EVERY_S = 0.3
# The largest of which an interval is a whole number.
_UNITS = ((3600, "h"), (60, "min"), (1, "s"))


@click.group(
    "schedules", cls=BoxdGroup, examples=("boxd schedules list", "boxd schedules run backup")
)
def command() -> None:
    """Show the jobs that the box does by itself, and run them now."""


@command.command("list", examples=("boxd schedules list", "boxd schedules list --json"))
@json_option
def list_schedules(as_json: bool) -> None:
    """List the schedules with their last and next runs."""
    body = daemon.get("/api/v1/schedules")
    if as_json:
        say_json(body)
    else:
        show(body["schedules"])


def show(schedules: Sequence[dict[str, Any]]) -> None:
    """Print schedules as a table."""
    now = present()
    table(
        ("schedule", "every", "next", "last", "result", "what"),
        [
            (
                each["name"],
                each.get("daily") or every(each["every_s"]),
                _next(each, now),
                *_last(each["last"], now),
            )
            for each in schedules
        ],
    )


def every(seconds: float | None) -> str:
    """How often, e.g. `6 h` or `20 s`; a schedule without an interval only runs by hand."""
    if seconds is None:
        return "off"
    whole = round(seconds)
    size, unit = next(each for each in _UNITS if whole % each[0] == 0)
    return f"{whole // size} {unit}"


def _next(schedule: dict[str, Any], now: datetime) -> str:
    if schedule["paused"]:
        return f"paused: {schedule['note']}".rstrip(": ")
    return when(schedule["next_at"], now)


def _last(run: dict[str, Any] | None, now: datetime) -> tuple[str, str, str]:
    if run is None:
        return ("", "", "not yet")
    return (when(run["at"], now), run["state"], run["said"])


@command.command(
    "run", examples=("boxd schedules run backup", "boxd schedules run self-test --json")
)
@click.argument("name")
@json_option
def run_schedule(name: str, as_json: bool) -> int | None:
    """Run the schedule NAME now, and wait for the result.

    A paused or disabled one can be run too. Exits with 1 if the run failed.
    """
    path = f"/api/v1/schedules/{daemon.quoted(name)}/run"
    begun = daemon.post(path, {"actor": actor()})["schedule"]
    with waiting(f"waiting for {name}"):
        last = _end_of(name, begun["last"])
    if as_json:
        say_json({"name": name, **last})
    else:
        click.echo(f"{name}: ", nl=False)
        click.secho(last["state"], fg=style_of(last["state"]) or None, nl=False)
        click.echo(f": {last['said']}" if last["said"] else "")
    return None if last["state"] == "done" else FAILED


def _end_of(name: str, run: dict[str, Any]) -> dict[str, Any]:
    """The run once it has ended, or another has followed it."""
    while run["state"] == "running":
        time.sleep(_LOOK_EVERY_S)
        found = daemon.get("/api/v1/schedules")["schedules"]
        now: dict[str, Any] = next(each["last"] for each in found if each["name"] == name)
        if now["id"] != run["id"]:
            return now
        run = now
    return run
