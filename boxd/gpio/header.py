"""The Pi's own header: loads lgpio without leaving traces, and finds the chip on every model."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from boxd.errors import ConfigError, DeviceUnreachable
from boxd.words import N_

# The header's chip: up to the Pi 3 and the Zero 2, the Pi 4 and 400, the Pi 5 and 500. Its number
# differs between kernels, its label does not.
LABELS = ("pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1")

_NO_LGPIO = (
    "the library lgpio can't be loaded ({why}); for Python up to 3.12 it comes with boxd: install "
    "boxd again. For 3.13 use Debian's: `sudo apt install python3-lgpio`, with boxd in a virtual "
    "environment made by `python3 -m venv --system-site-packages`"
)
_NOT_HAD = N_(
    "GPIO{pin} can't be used ({why}). If it is busy, another program holds it: `gpioinfo` names "
    "the holder; an overlay in /boot/firmware/config.txt (SPI, I2C, 1-Wire, serial console) may too"
)


def load_lgpio() -> ModuleType:
    """The library lgpio. Raises ConfigError if there is none that can be used."""
    try:
        with _in_a_passing_folder():
            import lgpio
    except ImportError as error:
        raise ConfigError(_NO_LGPIO.format(why=error)) from error
    if not hasattr(lgpio, "gpiochip_open"):
        raise ConfigError(_NO_LGPIO.format(why="the one installed is older than 0.2"))
    module: ModuleType = lgpio
    return module


def header_chip(lgpio: ModuleType) -> int:
    """The number of the header's chip. Raises DeviceUnreachable if this user can't reach it."""
    chips = sorted(Path("/dev").glob("gpiochip[0-9]*"))
    if not chips:
        raise DeviceUnreachable(
            "this computer has no GPIO chip (/dev/gpiochip*): is it a Pi? Without one set "
            "simulation.enabled = true, or take the devices of kind 'gpio' out of the configuration"
        )
    if not any(os.access(chip, os.R_OK | os.W_OK) for chip in chips):
        raise DeviceUnreachable(
            f"{chips[0]} may not be opened by this user; "
            "`sudo usermod -aG gpio boxd`, then start boxd again"
        )
    labels = {chip: _label(lgpio, chip) for chip in chips}
    for chip, label in labels.items():
        if label in LABELS:
            return _number(chip)
    seen = ", ".join(f"{chip.name}: {label or 'not readable'}" for chip, label in labels.items())
    raise DeviceUnreachable(
        f"none of this computer's GPIO chips is a Pi's header ({seen}); looked for "
        f"{', '.join(LABELS)}. `gpiodetect` shows them too"
    )


def not_had(pin: int, why: Exception) -> DeviceUnreachable:
    """The error for a pin that lgpio does not give."""
    return DeviceUnreachable(_NOT_HAD.format(pin=pin, why=why))


@contextlib.contextmanager
def _in_a_passing_folder() -> Iterator[None]:
    """Let lgpio make its pipe in a folder that is removed once both ends are open.

    Without LG_WD it writes into the working directory; with it, it makes that the working
    directory.
    """
    before = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)  # it may have no name
    asked = os.environ.get("LG_WD")
    runtime = Path(os.environ.get("RUNTIME_DIRECTORY", "/tmp"))  # noqa: S108 - a new folder, for us only
    folder = runtime / f"boxd-lgpio-{os.getpid()}-{time.monotonic_ns()}"
    folder.mkdir(0o700)
    os.environ["LG_WD"] = str(folder)
    try:
        yield
    finally:
        os.fchdir(before)
        os.close(before)
        os.environ.pop("LG_WD")
        if asked is not None:
            os.environ["LG_WD"] = asked
        for left in folder.iterdir():
            left.unlink()
        folder.rmdir()


def _label(lgpio: ModuleType, chip: Path) -> str:
    try:
        handle = lgpio.gpiochip_open(_number(chip))
    except lgpio.error:
        return ""
    try:
        label: str = lgpio.gpio_get_chip_info(handle)[3]
    finally:
        lgpio.gpiochip_close(handle)
    return label


def _number(chip: Path) -> int:
    return int(chip.name.removeprefix("gpiochip"))
