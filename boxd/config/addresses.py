"""How the configuration names a part of a device: `device.part`, or `device` if it has only one."""

from __future__ import annotations


def split(address: str) -> tuple[str, str]:
    """The names of device and part; the part is empty if the address has none."""
    device, _, part = address.partition(".")
    return device, part
