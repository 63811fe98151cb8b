"""`boxd devices`: what the box is connected to, and whether it works."""

from __future__ import annotations

import click

from boxd.cli.command_classes import BoxdGroup
from boxd.cli.devices.flash import flash
from boxd.cli.devices.learn import learn
from boxd.cli.devices.listing import list_devices
from boxd.cli.devices.testing import test_devices
from boxd.cli.devices.watching import watch_devices


@click.group(
    "devices",
    cls=BoxdGroup,
    examples=("boxd devices list", "boxd devices watch", "boxd devices test board-0"),
)
def command() -> None:
    """Show the devices and whether they can be used."""


command.add_command(list_devices)
command.add_command(watch_devices)
command.add_command(test_devices)
command.add_command(learn)
command.add_command(flash)
