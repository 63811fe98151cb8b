"""The Pi's own header through lgpio, found by its chip's label, on every model alike.

lgpio's errors come out as DeviceUnreachable, each with the pin and what to do.
"""

from __future__ import annotations

import contextlib
import functools
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from gpiozero.exc import PinUnknownPi

from boxd.errors import ConfigError, DeviceUnreachable

# The header's chip: up to the Pi 3 and the Zero 2, the Pi 4 and 400, the Pi 5 and 500. Its number
# differs between kernels, its label does not.
HEADER_LABELS = ("pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1")

_NO_LGPIO = (
    "the library lgpio can't be loaded ({why}); for Python up to 3.12 it comes with boxd: install "
    "boxd again. For 3.13 use Debian's: `sudo apt install python3-lgpio`, with boxd in a virtual "
    "environment made by `python3 -m venv --system-site-packages`"
)
_BUSY = (
    "{pin} can't be used ({why}). When it is busy, another program holds it: `gpioinfo` names the "
    "holder; an overlay in /boot/firmware/config.txt (SPI, I2C, 1-Wire, serial console) may too"
)


def open_header() -> Any:
    """The factory for the header's pins; raises ConfigError or DeviceUnreachable."""
    lgpio = _load_lgpio()
    from gpiozero.pins.lgpio import LGPIOFactory

    chip = _header_chip(lgpio)
    try:
        factory = LGPIOFactory(chip=chip)
        factory.board_info  # noqa: B018 - reads the model, which pins are looked up by
    except lgpio.error as error:
        raise DeviceUnreachable(f"/dev/gpiochip{chip} can't be opened: {error}") from error
    except (PinUnknownPi, KeyError) as error:
        raise DeviceUnreachable(
            f"which model of Pi this is can't be told ({error}); a Pi's kernel says so in "
            "/proc/device-tree/system/linux,revision and /proc/cpuinfo"
        ) from error
    factory.pin_class = _pin_class(lgpio)
    return factory


def _load_lgpio() -> ModuleType:
    try:
        with _in_a_passing_folder():
            import lgpio
    except ImportError as error:
        raise ConfigError(_NO_LGPIO.format(why=error)) from error
    if not hasattr(lgpio, "gpiochip_open"):
        raise ConfigError(_NO_LGPIO.format(why="the one installed is older than 0.2"))
    module: ModuleType = lgpio
    return module


@contextlib.contextmanager
def _in_a_passing_folder() -> Iterator[None]:
    """Let lgpio make its pipe in a folder that is gone once both its ends are open.

    Without it lgpio writes into the working directory, or changes the process over to LG_WD.
    """
    before, asked = Path.cwd(), os.environ.get("LG_WD")
    with tempfile.TemporaryDirectory(prefix="boxd-lgpio-") as folder:
        os.environ["LG_WD"] = folder
        try:
            yield
        finally:
            os.chdir(before)
            os.environ.pop("LG_WD")
            if asked is not None:
                os.environ["LG_WD"] = asked


def _header_chip(lgpio: ModuleType) -> int:
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
        if label in HEADER_LABELS:
            return _number(chip)
    seen = ", ".join(f"{chip.name}: {label or 'not readable'}" for chip, label in labels.items())
    raise DeviceUnreachable(
        f"none of this computer's GPIO chips is a Pi's header ({seen}); looked for "
        f"{', '.join(HEADER_LABELS)}. `gpiodetect` shows them too"
    )


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


def _pin_class(lgpio: ModuleType) -> type[Any]:
    from gpiozero.pins.lgpio import LGPIOPin

    def told(name: str) -> Callable[..., Any]:
        method = getattr(LGPIOPin, name)

        @functools.wraps(method)
        def telling(self: Any, *args: Any, **options: Any) -> Any:
            try:
                return method(self, *args, **options)
            except lgpio.error as error:
                raise DeviceUnreachable(_BUSY.format(pin=self._info.name, why=error)) from error

        return telling

    class HeaderPin(LGPIOPin):  # type: ignore[misc]  # gpiozero has no types
        """A pin of the header."""

        _callback: Any

        def output_with_state(self, state: Any) -> None:
            """Become an output at this level at once: gpiozero would show low before it."""
            if self._callback is not None:
                self._callback.cancel()
                self._callback = None
            try:
                lgpio.gpio_claim_output(self.factory._handle, self._number, int(bool(state)))
            except lgpio.error as error:
                raise DeviceUnreachable(_BUSY.format(pin=self._info.name, why=error)) from error

    for name in _MAY_FAIL:
        setattr(HeaderPin, name, told(name))
    return HeaderPin


_MAY_FAIL = (
    "__init__",
    "close",
    "_get_function",
    "_set_function",
    "_get_state",
    "_set_state",
    "_get_pull",
    "_set_pull",
    "_enable_event_detect",
    "_disable_event_detect",
)
