"""The chips of a box on its I2C buses, looked for as long as the box runs."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
from collections.abc import Callable, Coroutine, Sequence

import structlog

from boxd.devices import UnconfiguredDevice
from boxd.i2c.device import I2cDevice
from boxd.i2c.line import I2cLine
from boxd.i2c.port import Control
from boxd.i2c.sections import ChipSection
from boxd.i2c.whereabouts import unconfigured_addresses, unconfigured_chip

log = structlog.get_logger(__name__)

FIRST_TRY_S = 1.0  # the rest of the box starts then
SCAN_EVERY_S = 2.0


class I2cBus:
    """Every bus and chip. `ports` are the buses to look for unconfigured chips on."""

    def __init__(
        self,
        sections: Sequence[ChipSection],
        ports: Sequence[str],
        on_change: Callable[[], None],
        path_of: Callable[[str], str] = str,
        control: Control = fcntl.ioctl,
    ) -> None:
        self._on_change = on_change
        self._path_of = path_of
        self._control = control
        self._found: dict[str, tuple[int, ...]] = dict.fromkeys(ports, ())
        self._configured = {
            port: {each.address for each in sections if each.port == port} for port in ports
        }
        self._lines: dict[str, I2cLine] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self.devices = tuple(self._device(section) for section in sections)

    async def start(self) -> None:
        """Look for the chips and keep looking; returns once each was tried, or after a second."""
        for line in self._lines.values():
            self._keep(line.keep_talking())
        self._keep(self._keep_scanning())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FIRST_TRY_S):
                await asyncio.gather(*(line.tried.wait() for line in self._lines.values()))

    async def close(self) -> None:
        """Put the lamps out and release the buses."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(line.close() for line in self._lines.values()))

    def unconfigured(self) -> tuple[UnconfiguredDevice, ...]:
        """What answered in the last scan and has no section."""
        return tuple(
            unconfigured_chip(port, address)
            for port, addresses in self._found.items()
            for address in addresses
        )

    def _device(self, section: ChipSection) -> I2cDevice:
        line = self._lines.get(section.port) or I2cLine(section.port, self._path_of, self._control)
        device = I2cDevice(
            section, self._on_change, lambda: self._found.get(section.port, ()), line.wake
        )
        if section.enabled:
            self._lines[section.port] = line
            line.devices.append(device)
        return device

    def _keep(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work, name="i2c bus")
        task.add_done_callback(_report_failure)
        self._tasks.append(task)

    async def _keep_scanning(self) -> None:
        while True:
            found = {port: await self._scan(port) for port in self._found}
            if found != self._found:
                self._found = found
                self._on_change()
            await asyncio.sleep(SCAN_EVERY_S)

    async def _scan(self, port: str) -> tuple[int, ...]:
        try:
            path = self._path_of(port)
        except OSError:
            return ()
        return await asyncio.to_thread(
            unconfigured_addresses, path, self._configured[port], self._control
        )


def _report_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.critical("bus.ended", kind="i2c", remedy="restart boxd", exc_info=error)
