"""How the configuration names a part of a device: `device.part`, or `device` for its only one."""

from __future__ import annotations


def split(address: str) -> tuple[str, str]:
    """The device's name and the part's; the part is empty where the address names none."""
    device, _, part = address.partition(".")
    return device, part
