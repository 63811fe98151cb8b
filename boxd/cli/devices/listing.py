"""`boxd devices list`: devices that are configured, plugged in, missing, or unknown."""

from __future__ import annotations

from collections import Counter
from typing import Any

import click

from boxd.cli import daemon
from boxd.cli.command_classes import BoxdCommand, json_option
from boxd.cli.context import config_path
from boxd.cli.tables import heading, say_json, table
from boxd.cli.times import present, when

Json = dict[str, Any]
_WHOLE_KEYPAD = 12
_MANY = 3  # more of a kind are counted instead of named
_TELLS = {"open": "let go", "closed": "holds", "unknown": "not known"}


@click.command("list", cls=BoxdCommand, examples=("boxd devices list", "boxd devices list --json"))
@json_option
def list_devices(as_json: bool) -> None:
    """List the devices: states, parts, what tells of each locker, and unconfigured devices.

    Red means missing or broken; the column why says what to check.
    """
    body = daemon.get("/api/v1/devices")
    if as_json:
        say_json(body)
        return
    _show_devices(body["devices"])
    _show_lockers(body["devices"])
    _show_strangers(body["strangers"])


def _show_devices(devices: list[Json]) -> None:
    now = present()
    table(
        ("device", "kind", "port", "state", "since", "parts", "why"),
        [
            (
                d["name"],
                d["kind"],
                d["port"],
                d["state"],
                when(d["since"], now),
                parts_in_words(d["parts"]),
                _why(d),
            )
            for d in devices
        ],
        nothing="no devices are configured: see [[devices]] in the configuration",
    )


def _why(device: Json) -> str:
    tested = f"under test by {device['tested_by']}" if device["tested_by"] else ""
    return "; ".join(filter(None, (tested, str(device["why"]), line_in_words(device["line"]))))


def line_in_words(line: Json) -> str:
    """What went wrong on a device's line within the hour; empty if nothing did."""
    counted = ", ".join(f"{count} {fault}" for fault, count in line["last_hour"].items())
    return f"in the last hour {counted}" if counted else ""


def parts_in_words(parts: Json) -> str:
    """A device's parts, in one line; many of a kind are counted."""
    keys = parts["keys"]
    return ", ".join(
        [
            *([f"{len(keys)} keys" if len(keys) < _WHOLE_KEYPAD else "keypad"] if keys else []),
            *([f"lamps {' '.join(parts['lamps'])}"] if parts["lamps"] else []),
            *(["buzzer"] if parts["buzzer"] else []),
            *_latches(parts["latches"]),
            *_doors(parts["doors"]),
        ]
    )


def _latches(latches: list[Json]) -> list[str]:
    told = Counter(latch["feedback"] for latch in latches)
    if len(latches) > _MANY and len(told) == 1:
        return [f"{len(latches)} latches{_told(latches[0]['feedback'])}"]
    return [f"{latch['name']}{_told(latch['feedback'])}" for latch in latches]


def _told(feedback: str | None) -> str:
    return "" if feedback is None else f" ({_TELLS[feedback]})"


def _doors(doors: list[Json]) -> list[str]:
    closed = [door["name"] for door in doors if door["state"] == "closed"]
    if len(closed) <= _MANY:
        return [f"{door['name']} {door['state']}" for door in doors]
    others = [f"{door['name']} {door['state']}" for door in doors if door["state"] != "closed"]
    return [f"{len(closed)} doors closed", *others]


def _show_lockers(devices: list[Json]) -> None:
    """For each locker, its latch and what tells that it opened."""
    latches = {
        latch["locker"]: (device["name"], latch)
        for device in devices
        for latch in device["parts"]["latches"]
        if latch["locker"] is not None
    }
    doors = {
        door["locker"]: f"{device['name']}.{door['name']}"
        for device in devices
        for door in device["parts"]["doors"]
    }
    if latches:
        heading("Lockers, and who tells whether each opened")
        table(
            ("locker#", "latch", "its device says", "believed"),
            [
                (
                    locker,
                    f"{device}.{latch['name']}",
                    latch["confirmation"],
                    _believed(doors.get(locker), latch),
                )
                for locker, (device, latch) in sorted(latches.items())
            ],
        )


def _believed(door: str | None, latch: Json) -> str:
    if door is not None:
        return f"door switch {door}"
    if latch["feedback"] is not None:
        return "the latch's own contact"
    return "nothing: the operator is asked"


def _show_strangers(strangers: list[Json]) -> None:
    if not strangers:
        return
    heading("Plugged in, but in no configuration")
    table(("kind", "port", "text"), [(s["kind"], s["port"], s["remedy"]) for s in strangers])
    click.echo(f"\nTo use it, write into {config_path()} and start boxd again:")
    for stranger in strangers:
        click.echo(f"\n{stranger['section']}")
