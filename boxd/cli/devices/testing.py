"""`boxd devices test`: every part of every device, with or without a person."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from boxd.cli import daemon
from boxd.cli.command_classes import BoxdCommand, json_option
from boxd.cli.context import actor
from boxd.cli.devices import tester
from boxd.cli.devices.report import SKIPPED, Report, keep, refuse_unwritable
from boxd.cli.devices.walk import Walk
from boxd.cli.program import FAILED
from boxd.cli.tables import say_json
from boxd.errors import BoxdError, NotFound

Json = dict[str, Any]


@click.command(
    "test",
    cls=BoxdCommand,
    examples=(
        "boxd devices test",
        "boxd devices test board-0 --report board-0.txt",
        "boxd devices test --unattended --json",
    ),
)
@click.argument("name", required=False)
@click.option("--quick", is_flag=True, help="Read the doors as they stand; ask for no opening.")
@click.option(
    "--restart-sensor",
    "restarts",
    is_flag=True,
    help="Offer to restart touch sensors whose keys fire by themselves; a door may open.",
)
@click.option("--unattended", is_flag=True, help="Ask nobody and move nothing, for a schedule.")
@click.option(
    "--report",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Keep the report; as JSON if the name ends in .json, else as text.",
)
@json_option
def test_devices(
    name: str | None,
    quick: bool,
    restarts: bool,
    unattended: bool,
    file: Path | None,
    as_json: bool,
) -> int | None:
    """Test the devices, or the one called NAME: lamps, buzzers, keys, latches, doors.

    You are asked what you see and hear. A latch is moved only after your yes, and recorded as an
    override. Meanwhile the bays of the device take no codes; a device whose bay serves an attendee
    is refused. However the test ends, even if this command is killed, boxd puts everything back.
    Exits with 1 if anything failed or the test was stopped.
    """
    refuse_unwritable(file)
    snapshot = daemon.get("/api/v1/status")
    devices = _chosen(snapshot["devices"], name)
    report = Report(
        box=str(snapshot["box"]["id"]),
        by=actor(),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        boxd=str(snapshot["box"]["boxd"]),
    )
    if unattended:
        _test_unattended(report, name)
    else:
        with tester.begin(snapshot, actor()) as person:
            walk = Walk(person, snapshot, report, actor(), quick=quick, restarts=restarts)
            _walk(person, walk, devices, report, name)
        for stranger in snapshot["strangers"]:
            report.note(stranger["port"], "", SKIPPED, "plugged in, but in no configuration")
    if as_json:
        say_json(report.as_json())
    else:
        report.show()
    if file is not None:
        keep(report, file)
    return None if report.is_good else FAILED


def _chosen(devices: list[Json], name: str | None) -> list[Json]:
    chosen = [device for device in devices if name in (None, device["name"])]
    if not chosen:
        known = ", ".join(device["name"] for device in devices) or "none"
        raise NotFound(f"no device is called '{name}'; known: {known}")
    return chosen


def _test_unattended(report: Report, name: str | None) -> None:
    answer = daemon.post("/api/v1/devices/self-test", {"actor": actor()})
    for row in answer["tested"]:
        if name in (None, row["device"]):
            report.note(row["device"], row["part"], row["result"], row["remark"])


def _walk(
    person: tester.Tester, walk: Walk, devices: list[Json], report: Report, name: str | None
) -> None:
    """Walk a person through the devices; the report notes what stops it."""
    person.say(
        "Each device under test is lent to you: its bays take no codes meanwhile. "
        "Ctrl-C stops and puts everything back."
    )
    try:
        if name is None:
            walk.go_through_all(devices)
        else:
            walk.go_through(devices[0])
    except KeyboardInterrupt:
        report.stopped = "stopped by Ctrl-C"
    except tester.InputEnded:
        report.stopped = "nobody answered any more"
    except BoxdError as error:
        if not report.rows:
            raise
        report.stopped = str(error)
