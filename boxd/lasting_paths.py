"""The paths of USB devices that stay the same: by their serial numbers, else by their sockets.

Copies of a USB chip without a serial number share one link below by-id, which leads to the one
that woke up last. Only their sockets tell them apart: by-path.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

_INTERFACE = re.compile(r"\d+-[\d.]+:([\d.]+)")


def lasting_paths(links: Path, known: Path, ending: str = "") -> dict[Path, Path]:
    """For each USB device that udev has links to, the one to write into a configuration.

    `links` has the folders by-id and by-path, `known` is the kernel's folder of such devices; only
    links with this ending count.
    """
    by_id, by_path = _links(links / "by-id", ending), _links(links / "by-path", ending)
    devices = sorted({*by_id, *by_path})
    kinds = Counter(_kind(device, known) for device in devices)
    return {
        device: by_path[device]
        if device in by_path and (device not in by_id or kinds[_kind(device, known)] > 1)
        else by_id[device]
        for device in devices
    }


def _links(folder: Path, ending: str) -> dict[Path, Path]:
    """The shortest link to each device; udev makes several of some."""
    found: dict[Path, Path] = {}
    try:
        named = (link for link in folder.iterdir() if link.name.endswith(ending))
        links = sorted(named, key=lambda link: (len(link.name), link.name))
    except OSError:  # it disappears with the last device, maybe at this instant
        return found
    for link in links:
        try:
            found.setdefault(link.resolve(), link)
        except (OSError, RuntimeError):  # a link that leads nowhere, or in a circle
            found.setdefault(link, link)
    return found


def _kind(device: Path, known: Path) -> tuple[str, ...]:
    """What a device says of itself: equal for copies without a serial number, else unique."""
    try:
        found = (known / device.name / "device").resolve(strict=True)
    except (OSError, RuntimeError):
        return (device.name,)
    for folder in (found, *found.parents):
        if (folder / "idVendor").exists():
            said = (_said(folder / name) for name in ("idVendor", "idProduct", "serial"))
            return (*said, _interface(found))
    return (device.name,)


def _interface(device: Path) -> str:
    """The number of the device's interface, of which an adapter of two lines has two."""
    names = (_INTERFACE.fullmatch(folder.name) for folder in (device, *device.parents))
    return next((name[1] for name in names if name), "")


def _said(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
