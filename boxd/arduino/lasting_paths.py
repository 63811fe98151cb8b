"""The paths of serial devices that stay the same: by their serial numbers, else by their sockets.

Copies of a USB chip without a serial number share one link below /dev/serial/by-id, which leads to
the one that woke up last. Only their sockets tell them apart: /dev/serial/by-path.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

SERIAL = Path("/dev/serial")
TTYS = Path("/sys/class/tty")


def lasting_paths(serial: Path = SERIAL, ttys: Path = TTYS) -> dict[Path, Path]:
    """For each serial device on USB, the path to write into a configuration."""
    by_id, by_path = _links(serial / "by-id"), _links(serial / "by-path")
    devices = sorted({*by_id, *by_path})
    kinds = Counter(_kind(device, ttys) for device in devices)
    return {
        device: by_path[device]
        if device in by_path and (device not in by_id or kinds[_kind(device, ttys)] > 1)
        else by_id[device]
        for device in devices
    }


def _links(folder: Path) -> dict[Path, Path]:
    """The shortest link to each device; udev makes several of some."""
    found: dict[Path, Path] = {}
    try:
        links = sorted(folder.iterdir(), key=lambda link: (len(link.name), link.name))
    except OSError:  # it disappears with the last device, maybe at this instant
        return found
    for link in links:
        try:
            found.setdefault(link.resolve(), link)
        except (OSError, RuntimeError):  # a link that leads nowhere, or in a circle
            found.setdefault(link, link)
    return found


def _kind(device: Path, ttys: Path) -> tuple[str, ...]:
    """What a device says of itself: equal for copies without a serial number, else unique."""
    try:
        found = (ttys / device.name / "device").resolve(strict=True)
    except (OSError, RuntimeError):
        return (device.name,)
    for folder in (found, *found.parents):
        if (folder / "idVendor").exists():
            said = (_said(folder / name) for name in ("idVendor", "idProduct", "serial"))
            return (*said, _interface(found))
    return (device.name,)


def _interface(device: Path) -> str:
    """The number of the device's interface, of which an adapter of two lines has two."""
    names = (folder.name for folder in (device, *device.parents))
    return next((name.partition(":")[2] for name in names if ":" in name), "")


def _said(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
