"""The Arduinos of a box, each on its serial line, looked for as long as the box runs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from functools import partial

import structlog

from boxd.arduino.device import Arduino
from boxd.arduino.sections import ArduinoDevice
from boxd.devices import UnconfiguredDevice

log = structlog.get_logger(__name__)

FIRST_TRY_S = 1.0  # the rest of the box starts then, even if a board is slow to answer


class ArduinoBus:
    """The Arduinos of a box. A missing one is a state, and does not keep the rest from starting."""

    def __init__(
        self,
        devices: Sequence[ArduinoDevice],
        path_of: Callable[[str], str],
        on_change: Callable[[], None],
        unconfigured: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self.devices = tuple(
            Arduino(device, path_of, on_change, unconfigured) for device in devices
        )
        self._enabled = tuple(
            arduino for arduino, device in zip(self.devices, devices, strict=True) if device.enabled
        )
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Connect and keep connected; returns once each was tried, or after a second."""
        for arduino in self._enabled:
            task = asyncio.create_task(arduino.keep_connected(), name=f"arduino {arduino.name}")
            task.add_done_callback(partial(_report_failure, arduino))
            self._tasks.append(task)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FIRST_TRY_S):
                await asyncio.gather(*(arduino.tried.wait() for arduino in self._enabled))

    async def close(self) -> None:
        """Put every output off and close the lines."""
        await asyncio.gather(*(arduino.turn_off() for arduino in self._enabled))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def unconfigured(self) -> tuple[UnconfiguredDevice, ...]:
        """None: `UnconfiguredSerialDevices` looks for them, with or without Arduinos."""
        return ()


def _report_failure(arduino: Arduino, task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.critical("arduino_search.ended", remedy="restart boxd", exc_info=error)
        arduino.give_up(
            f"it is looked for no longer, by a mistake of boxd's ({error}); restart boxd"
        )
