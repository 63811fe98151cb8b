"""Serial devices that are plugged in but not configured: an Arduino that nobody named yet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from boxd.devices import Device, UnconfiguredDevice

LOOK_EVERY_S = 2.0
BY_ID = Path("/dev/serial/by-id")


class UnconfiguredSerialDevices:
    """A bus without devices, which lists what else is plugged in; also if no Arduino is configured.

    `configured` are the ports in use, by any path; `folder` has a link with a lasting name for
    each USB serial device.
    """

    devices: Sequence[Device] = ()

    def __init__(
        self, configured: Sequence[str], on_change: Callable[[], None], folder: Path = BY_ID
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
    """A serial device for people, with the section that would configure it as an Arduino."""
    section = (
        "[[devices]]",
        'kind = "arduino"',
        'name = "arduino-1"',
        f'port = "{port}"',
        "# what is wired to it, each with its number there, for example:",
        "latches = { latch-1 = 1 }",
        "doors = { door-1 = 1 }",
    )
    return UnconfiguredDevice("serial", port, "an Arduino?", "\n".join(section))


def unconfigured_ports(configured: Sequence[str], folder: Path = BY_ID) -> list[str]:
    """The lasting names of the USB serial devices that none of `configured` leads to."""
    targets = {_target(port) for port in configured}
    try:
        plugged = sorted(str(entry) for entry in folder.iterdir())
    except OSError:  # it disappears with the last device, maybe at this instant
        return []
    return [port for port in plugged if _target(port) not in targets]


def _target(port: str) -> str:
    """The device behind a path: links of several kinds may lead to the same."""
    try:
        return str(Path(port).resolve())
    except (OSError, RuntimeError):  # a link that leads nowhere, or in a circle
        return port
