"""Checks of the Pi's pins: the library, the header, and what becomes of a pin that is released."""

from __future__ import annotations

from collections.abc import Iterator

from boxd.doctor.check import Check
from boxd.doctor.check_context import CheckContext
from boxd.doctor.finding import Finding, Skip, failed, passed, skipped, warned
from boxd.errors import BoxdError
from boxd.gpio.factory import ENVIRONMENT
from boxd.gpio.sections import GpioDevice

FAMILY = "Pins"

# Up to the Pi 4 the pins belong to the SoC, on a Pi 5 to the RP1.
_MODULES = ("pinctrl_bcm2835", "pinctrl_rp1")
_CONFIG_TXT = "/boot/firmware/config.txt"
_STRICT = "dtparam=strict_gpiod"


def model(context: CheckContext) -> Iterator[Finding]:
    """Which Pi this is."""
    _needed(context)
    said = (context.text("/proc/device-tree/model") or "").strip("\0")
    if said.startswith("Raspberry Pi"):
        yield passed(said)
    else:
        yield failed(
            f"this is no Pi ({said or 'it does not say what it is'}), and devices of kind 'gpio'"
            " are configured",
            f"sudoedit {context.config_file}   # enabled = false, or [simulation] enabled = true",
        )


def library(context: CheckContext) -> Iterator[Finding]:
    """The library can be loaded, nothing selects another library, and the header exists."""
    _needed(context)
    asked = context.environment.get(ENVIRONMENT)
    if asked not in (None, "lgpio"):
        yield failed(
            f"{ENVIRONMENT} is '{asked}', and boxd uses lgpio",
            f"unset {ENVIRONMENT}   # and look for it in: systemctl show boxd -p Environment",
        )
    from boxd.gpio.header import header_chip
    from boxd.gpio.lgpio_pins import load_apart

    try:
        chip = header_chip(load_apart())
    except BoxdError as error:
        said, _, remedy = str(error).partition("; ")
        yield failed(said, remedy or "gpiodetect   # which chips there are")
        return
    yield passed(f"lgpio, on /dev/gpiochip{chip}")


def persistence(context: CheckContext) -> Iterator[Finding]:
    """Whether the kernel keeps driving a pin after the program that held it has ended."""
    _needed(context)
    said = {name: _kept(context, name) for name in _MODULES}
    found = {name: value for name, value in said.items() if value is not None}
    if not found:
        yield skipped("this kernel does not say whether it keeps outputs driven")
    for name, value in found.items():
        yield _judged(name, value, context) if value in "Y1" else passed(f"{name} lets go of pins")


def _kept(context: CheckContext, module: str) -> str | None:
    return context.text(f"/sys/module/{module}/parameters/persist_gpio_outputs")


def _judged(module: str, value: str, context: CheckContext) -> Finding:
    seen = (
        f"{module}.persist_gpio_outputs = {value}: a latch that is on when every program dies"
        " stays on"
    )
    written = (context.text(_CONFIG_TXT) or "").splitlines()
    if _STRICT in (line.strip() for line in written):
        return warned(seen, f"sudo reboot   # {_STRICT} stands in {_CONFIG_TXT} already")
    return warned(seen, f"echo {_STRICT} | sudo tee -a {_CONFIG_TXT} && sudo reboot")


def _needed(context: CheckContext) -> None:
    """Raise Skip unless boxd uses the Pi's own pins."""
    config = context.config
    used = any(isinstance(each, GpioDevice) and each.enabled for each in config.devices)
    if not used or config.simulation.enabled:
        raise Skip("no device on this Pi's own pins is configured")


CHECKS = (
    Check(FAMILY, "model", model, "pins are configured, and this is no Pi"),
    Check(FAMILY, "library", library, "lgpio can't be loaded, another is asked for, no header"),
    Check(FAMILY, "persistence", persistence, "the kernel keeps outputs driven (warned)"),
)
