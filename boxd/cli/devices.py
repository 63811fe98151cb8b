"""`boxd devices`: what the box is connected to, and whether it works."""

from __future__ import annotations

import click

from boxd.cli.devices_list import list_devices
from boxd.cli.devices_test import test_devices
from boxd.cli.devices_watch import watch_devices
from boxd.cli.flash import flash
from boxd.cli.learn import learn
from boxd.cli.shape import BoxdGroup


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
