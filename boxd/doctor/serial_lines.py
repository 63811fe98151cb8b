"""Checks for programs that take serial lines away from boxd, or read them as well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from boxd.config import Config
from boxd.doctor.check import Check
from boxd.doctor.check_context import CheckContext
from boxd.doctor.finding import Finding, Skip, passed, warned

FAMILY = "Devices"

RULES = "/usr/lib/udev/rules.d/90-boxd-serial.rules"

_PROBERS = {
    "ModemManager": (
        "looks for modems on new serial lines",
        "sudo systemctl disable --now ModemManager   # unless a modem is plugged in",
    ),
    "brltty": (
        "takes serial adapters for Braille displays",
        "sudo apt remove brltty   # unless somebody reads this box's screen with their fingers",
    ),
}


def serial(context: CheckContext) -> Iterator[Finding]:
    """No other program has to do with the serial lines of devices."""
    lines = _lines(context.config)
    if not lines:
        raise Skip("no device is on a serial line")
    processes = _processes(context)
    kept_away = context.at(RULES).exists()
    for process, name in processes.items():
        if name in _PROBERS and not kept_away:
            does, remedy = _PROBERS[name]
            yield warned(f"{name} runs, which {does}, and {RULES} is missing", remedy)
        for line in _held(process, lines, context):
            yield warned(
                f"{name} (process {process.name}) has {line} open, and gets bytes meant for boxd",
                f"sudo kill {process.name}   # or the service that it belongs to",
            )
    yield passed("no other program is on a device's serial line, as far as can be seen")


def _lines(config: Config) -> list[str]:
    if config.simulation.enabled:
        return []
    ports = (str(device.port) for device in config.devices if device.enabled)
    return [port for port in ports if port.startswith(("/dev/serial", "/dev/tty"))]


def _processes(context: CheckContext) -> dict[Path, str]:
    """Every process that is not boxd's own, and its name."""
    found: dict[Path, str] = {}
    for folder in context.at("/proc").glob("[0-9]*"):
        name = context.text(f"/proc/{folder.name}/comm")
        if name and not _is_boxd(folder):
            found[folder] = name
    return found


def _is_boxd(process: Path) -> bool:
    try:
        words = (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return any(word.endswith(b"/boxd") or word.startswith(b"boxd") for word in words[:3])


def _held(process: Path, lines: list[str], context: CheckContext) -> list[str]:
    """Those of the lines that the process has open; only root sees other users' processes."""
    try:
        opened = {str(each.readlink()) for each in (process / "fd").iterdir()}
    except OSError:
        return []
    return [line for line in lines if str(context.at(line).resolve()) in opened]


CHECKS = (
    Check(
        FAMILY,
        "serial",
        serial,
        "ModemManager or brltty may take a serial line, or another program has it open",
    ),
)
