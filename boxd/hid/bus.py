"""The input devices of a box, each looked for as long as the box runs."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import structlog

from boxd.devices import UnconfiguredDevice
from boxd.hid.device import HidInput
from boxd.hid.input_port import Control
from boxd.hid.unconfigured import unconfigured_input

if TYPE_CHECKING:
    from boxd.hid.sections import HidDevice

log = structlog.get_logger(__name__)

FIRST_TRY_S = 1.0  # the rest of the box starts then
LOOK_EVERY_S = 2.0


class HidBus:
    """The number pads, keyboards and scanners of a box; `unconfigured` lists the others' paths."""

    def __init__(
        self,
        devices: Sequence[HidDevice],
        on_change: Callable[[], None],
        path_of: Callable[[str], str] = str,
        unconfigured: Callable[[], Sequence[str]] = tuple,
        control: Control = fcntl.ioctl,
    ) -> None:
        self.devices = tuple(
            HidInput(device, on_change, path_of, unconfigured, control) for device in devices
        )
        self._on_change = on_change
        self._look = unconfigured
        self._found: tuple[UnconfiguredDevice, ...] = ()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Open what is there and keep looking; returns after the first attempts."""
        for device in self.devices:
            task = asyncio.create_task(device.keep_connected(), name=f"hid {device.name}")
            task.add_done_callback(partial(_report_failure, device))
            self._tasks.append(task)
        self._tasks.append(asyncio.create_task(self._keep_looking(), name="hid unconfigured"))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FIRST_TRY_S):
                enabled = (each for each in self.devices if each.status.state != "disabled")
                await asyncio.gather(*(device.tried.wait() for device in enabled))

    async def close(self) -> None:
        """Let every device go."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for device in self.devices:
            device.close()

    def unconfigured(self) -> tuple[UnconfiguredDevice, ...]:
        """What the last look found."""
        return self._found

    async def _keep_looking(self) -> None:
        while True:
            # In a thread: a folder of devices that are being unplugged may be slow.
            ports = await asyncio.to_thread(self._look)
            found = tuple(map(unconfigured_input, ports))
            if found != self._found:
                self._found = found
                self._on_change()
            await asyncio.sleep(LOOK_EVERY_S)


def _report_failure(device: HidInput, task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.critical("hid_search.ended", remedy="restart boxd", exc_info=error)
        device.give_up(f"it is looked for no longer, by a mistake of boxd's ({error}); restart it")
