"""`boxd devices flash`: put the firmware and a number into an Arduino."""

from __future__ import annotations

import asyncio
import errno
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from boxd.cli.command_classes import BoxdCommand, dry_run_option, say_nothing_changed
from boxd.cli.context import configuration
from boxd.cli.spinner import waiting
from boxd.errors import BadInput, BoxdError, DeviceUnreachable, NotFound

_INSTALLED = Path(sys.prefix) / "share" / "firmware"
_MADE = Path(__file__).resolve().parents[2] / "build" / "firmware"
IMAGES = _INSTALLED if _INSTALLED.is_dir() else _MADE
"""The images in an installed release, or those that `make firmware` has built."""


@dataclass(frozen=True)
class _Target:
    """The board to flash: its port, and what it becomes."""

    port: str
    number: int
    layout: str


@click.command(
    "flash",
    cls=BoxdCommand,
    examples=(
        "boxd devices flash cabinet",
        "boxd devices flash /dev/serial/by-id/usb-Arduino_Uno-if00 --board 2 --layout eight",
    ),
)
@click.argument("port_or_device")
@click.option("--board", type=click.IntRange(0, 254), help="Its number [default: the device's].")
@click.option(
    "--layout",
    type=click.Choice(["six", "eight"]),
    help="Six latches, six doors, three lamps; or eight, eight and one "
    "[default: what the device needs, else six].",
)
@click.option(
    "--hex",
    "image",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The image [default: the release's, or what 'make firmware' made].",
)
@click.option("--programmer", default="arduino", help="avrdude's programmer [default: arduino].")
@click.option("--baud", type=int, help="The bootloader's speed [default: 115200, then 57600].")
@click.option("--yes", is_flag=True, help="Do not ask.")
@dry_run_option
def flash(
    port_or_device: str,
    *,
    board: int | None,
    layout: str | None,
    image: Path | None,
    programmer: str,
    baud: int | None,
    yes: bool,
    dry_run: bool,
) -> None:
    """Put boxd's firmware and a number into the Arduino at PORT_OR_DEVICE.

    PORT_OR_DEVICE is a path, or the name of an Arduino in the configuration. Stop the box before,
    because it holds the port. Afterwards the board is asked for its number.
    """
    from boxd.arduino.avrdude import BAUDS, write_flash
    from boxd.arduino.image import with_number

    target = _target(port_or_device, board, layout)
    text = with_number(_image(image, target.layout), target.number)
    _check_free(target.port)
    if dry_run:
        click.echo(f"{target.port} would become board {target.number}, layout {target.layout}")
        say_nothing_changed()
        return
    if not yes:
        click.confirm(
            f"Flash {target.port} as board {target.number}, layout {target.layout}? "
            "Its latches, lamps and buzzer are off meanwhile, and what it ran before is gone.",
            abort=True,
            err=True,
        )
    with waiting("writing the firmware"):
        write_flash(target.port, text, programmer, (baud,) if baud else BAUDS)
    _say_what_it_is(target)


def _target(port_or_device: str, board: int | None, layout: str | None) -> _Target:
    if port_or_device.startswith("/"):
        if board is None:
            raise click.UsageError("a port alone does not tell the board's number; add --board N")
        return _Target(port_or_device, board, layout or "six")
    return _configured(port_or_device, board, layout)


def _configured(name: str, board: int | None, layout: str | None) -> _Target:
    from boxd.arduino.layouts import layout_for
    from boxd.arduino.sections import ArduinoDevice

    config = configuration()
    arduinos = {each.name: each for each in config.devices if isinstance(each, ArduinoDevice)}
    if name not in arduinos:
        known = ", ".join(arduinos) or "none"
        raise NotFound(
            f"no Arduino is called '{name}'; the configured ones: {known}. A port begins with /, "
            "e.g. /dev/serial/by-id/..."
        )
    if config.simulation.enabled:
        raise BadInput(f"'{name}' is simulated; there is nothing to flash")
    device = arduinos[name]
    number = device.board if board is None else board
    fitting = layout_for(device)
    if layout is None and max(device.lamps.values(), default=0) > fitting.lamps:
        raise BadInput(
            f"no layout of boxd's firmware has all that '{name}' names: layout {fitting.name} has "
            f"{fitting.latches} latches and doors and {fitting.lamps} lamp; put the lamps on "
            "another device, or name a layout by --layout"
        )
    return _Target(device.port, number, layout or fitting.name)


def _image(image: Path | None, layout: str) -> str:
    file = image or IMAGES / f"boxd-{layout}.hex"
    try:
        return file.read_text("ascii", "replace")
    except FileNotFoundError:
        raise BoxdError(
            f"there is no {file}; build it with 'make firmware', or name an image with --hex"
        ) from None


def _check_free(port: str) -> None:
    """Raise DeviceUnreachable if the port is missing or another program holds it."""
    from boxd.serial_line import explain, open_port

    try:
        open_port(port).close()
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EBUSY):
            raise DeviceUnreachable(
                f"{port} is in use; if the box is running, stop it: 'sudo systemctl stop boxd'"
            ) from error
        raise DeviceUnreachable(f"{port}: {explain(error)}") from error


def _say_what_it_is(target: _Target) -> None:
    from boxd.arduino.identify import identify_board

    with waiting("asking the board who it is"):
        found = asyncio.run(identify_board(target.port))
    if found.board != target.number:
        raise BoxdError(
            f"the firmware was written, but the board says that its number is {found.board}, not "
            f"{target.number}; flash it again"
        )
    parts = f"{found.latches} latches, {found.doors} doors, {found.lamps} lamps"
    click.echo(f"{target.port} is board {found.board}, firmware {found.firmware}: {parts}")
