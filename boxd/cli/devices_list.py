"""`boxd devices list`: what is configured, what is plugged in, what is missing, what is unknown."""

from __future__ import annotations

import click

from boxd.cli import daemon
from boxd.cli.shape import BoxdCommand, json_option
from boxd.cli.tables import say_json, table
from boxd.cli.times import present, when


@click.command("list", cls=BoxdCommand, examples=("boxd devices list", "boxd devices list --json"))
@json_option
def list_devices(as_json: bool) -> None:
    """List the devices: where each is looked for, its state since when, and why."""
    body = daemon.get("/api/v1/devices")
    if as_json:
        say_json(body)
        return
    now = present()
    table(
        ("device", "kind", "port", "state", "since", "why"),
        [
            (*(d["name"], d["kind"], d["port"], d["state"]), when(d["since"], now), d["why"])
            for d in body["devices"]
        ],
        nothing="no devices are configured: see [[devices]] in the configuration",
    )
