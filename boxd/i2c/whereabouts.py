"""Which chips answer on a bus that no section names, and what to write for them."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from boxd.devices import UnconfiguredDevice
from boxd.i2c import mcp23017, mpr121
from boxd.i2c.port import Control, I2cPort

KINDS = {
    **dict.fromkeys(mpr121.ADDRESSES, "mpr121"),
    **dict.fromkeys(mcp23017.ADDRESSES, "mcp23017"),
}
"""The kind that a chip at an address probably is. Some other chips have the same addresses."""

HEADER = "/dev/i2c-1"
"""The bus on the Pi's header. No other bus is looked at unless a section names it."""

_TABLES = {
    "mpr121": "keys = { Enter = 11 }   # the electrode of each key: boxd devices watch shows them",
    "mcp23017": 'keys = { Enter = "A0" }   # and doors = { }, lamps = { }, with pins as printed',
}


def header(tree: Path = Path("/proc/device-tree")) -> tuple[str, ...]:
    """The bus on the header, if this is a board that has one."""
    return (HEADER,) if tree.exists() else ()


def unconfigured_addresses(
    path: str, configured: Collection[int], control: Control = fcntl.ioctl
) -> tuple[int, ...]:
    """The addresses of our chips that answer on a bus, without those of sections. Blocks.

    One byte is read of each and none written, since a write would switch outputs of others.
    """
    found: list[int] = []
    with contextlib.suppress(OSError):  # a bus that can't be opened, or hangs, shows no chips
        port = I2cPort(path, control)
        try:
            for address in KINDS:
                if address not in configured and port.answers(address):
                    found.append(address)
        finally:
            port.close()
    return tuple(found)


def does_answer(path: str, address: int) -> bool:
    """Whether a chip answers at this address of a bus. Blocks. Raises OSError."""
    port = I2cPort(path)
    try:
        return port.answers(address)
    finally:
        port.close()


def lines_for(kind: str, addresses: Sequence[int]) -> Mapping[str, Sequence[str]]:
    """The lines that would make a section of this kind name each of the addresses."""
    return {
        f"{address:#04x}": (
            *(() if KINDS[address] == kind else (f'kind = "{KINDS[address]}"',)),
            f"address = {address:#04x}",
        )
        for address in addresses
    }


def unconfigured_chip(port: str, address: int) -> UnconfiguredDevice:
    """A chip for people, with the section that would configure it."""
    kind = KINDS[address]
    section = (
        "[[devices]]",
        f'kind = "{kind}"',
        f'name = "{kind}-1"',
        f'port = "{port}"',
        f"address = {address:#04x}",
        _TABLES[kind],
    )
    return UnconfiguredDevice(
        kind, f"{port} at {address:#04x}", f"a chip like the {kind.upper()}?", "\n".join(section)
    )
