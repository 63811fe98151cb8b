"""Serial devices that are plugged in but not configured: Arduinos, adapters of locker boards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from boxd.devices import Device, UnconfiguredDevice
from boxd.lasting_paths import lasting_paths

LOOK_EVERY_S = 2.0
SERIAL = Path("/dev/serial")
TTYS = Path("/sys/class/tty")


class UnconfiguredSerialDevices:
    """A bus without devices, which lists what else is plugged in; also if no Arduino is configured.

    `configured` are the ports in use, by any path; `folder` has the folders with lasting links to
    each USB serial device.
    """

    devices: Sequence[Device] = ()

    def __init__(
        self, configured: Sequence[str], on_change: Callable[[], None], folder: Path = SERIAL
    ) -> None:
        self._configured = tuple(configured)
        self._on_change = on_change
        self._folder = folder
        self._found: tuple[UnconfiguredDevice, ...] = ()
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Look, and keep looking."""
        self._found = await asyncio.to_thread(self._look)
        self._watch = asyncio.create_task(self._keep_looking(), name="serial unconfigured")

    async def close(self) -> None:
        """Stop looking."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait({self._watch})

    def unconfigured(self) -> tuple[UnconfiguredDevice, ...]:
        """What the last look found."""
        return self._found

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            # In a thread: a folder of devices that are being unplugged may be slow.
            found = await asyncio.to_thread(self._look)
            if found != self._found:
                self._found = found
                self._on_change()

    def _look(self) -> tuple[UnconfiguredDevice, ...]:
        return tuple(map(unconfigured_serial, unconfigured_ports(self._configured, self._folder)))


def unconfigured_serial(port: str) -> UnconfiguredDevice:
    """A serial device for people, with the section that would configure it as an Arduino.

    Nothing tells an Arduino's chip from an adapter's.
    """
    section = (
        "[[devices]]",
        'kind = "arduino"',
        'name = "arduino-1"',
        f'port = "{port}"',
        "# what is wired to it, each with its number there, for example:",
        "latches = { latch-1 = 1 }",
        "doors = { door-1 = 1 }",
        '# or, for an RS485 adapter with locker boards: kind = "lockerbus" and board = 1',
    )
    why = "an Arduino, or an adapter of locker boards?"
    if Path(port).parent.name == "by-path":
        why += " Without a serial number: this path goes with the socket that it is in"
    return UnconfiguredDevice("serial", port, why, "\n".join(section))


def unconfigured_ports(
    configured: Sequence[str], serial: Path = SERIAL, ttys: Path = TTYS
) -> list[str]:
    """The lasting names of the USB serial devices that none of `configured` leads to."""
    targets = {_target(port) for port in configured}
    paths = lasting_paths(serial, ttys)
    return sorted(str(path) for device, path in paths.items() if str(device) not in targets)


def _target(port: str) -> str:
    """The device behind a path: links of several kinds may lead to the same."""
    try:
        return str(Path(port).resolve())
    except (OSError, RuntimeError):  # a link that leads nowhere, or in a circle
        return port
