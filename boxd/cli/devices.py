"""`boxd devices`: what the box is connected to, and whether it works."""

from __future__ import annotations

import click

from boxd.cli.devices_list import list_devices
from boxd.cli.shape import BoxdGroup


@click.group("devices", cls=BoxdGroup, examples=("boxd devices list",))
def command() -> None:
    """Show the devices and whether they can be used."""


command.add_command(list_devices)
