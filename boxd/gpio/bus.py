"""The Pi's pins as one bus: its devices, watched for as long as the box runs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import structlog

from boxd.devices import UnconfiguredDevice
from boxd.gpio.device import PinDevice, guarded
from boxd.gpio.factory import PIN_ERRORS, open_pins
from boxd.gpio.guarded import Guard
from boxd.gpio.sections import GpioDevice

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 0.1  # how long a missed edge can leave a wrong state
FIRST_LOOK_S = 1.0  # the rest of the box starts then, even if the pins are slow
LAST_LOOK_S = 2.0  # how long a look may still take when the bus is closed
SHORTEST_WAIT_S = 0.5  # between attempts to get pins that are not available
LONGEST_WAIT_S = 5.0


class GpioBus:
    """The devices on the Pi's pins; with `memory_dir` on simulated ones whose levels are there.

    Missing pins are a state, and do not keep the rest from starting.
    """

    def __init__(
        self,
        devices: Sequence[GpioDevice],
        memory_dir: Path | None,
        on_change: Callable[[], None],
    ) -> None:
        self._memory_dir = memory_dir
        self._guard = _guard(devices, memory_dir, self._hear_of_guard)
        self.devices = tuple(
            PinDevice(device, self._guard if device.enabled else None, on_change, self._fail)
            for device in devices
        )
        self._factory: Any = None
        self._wait_s = SHORTEST_WAIT_S
        self._next_try = 0.0
        self._trouble = ""
        self._wake = asyncio.Event()
        self._is_closing = False
        self._watch: asyncio.Task[None] | None = None
        self._starting: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Take the pins and keep watching; returns once they are taken, or after a second."""
        first = asyncio.create_task(self._look())
        self._watch = asyncio.create_task(self._keep_looking(first), name="gpio bus")
        self._watch.add_done_callback(self._report_failure)
        self._starting = {first}
        if self._guard:
            self._starting.add(asyncio.create_task(self._guard.start()))
        await asyncio.wait(self._starting, timeout=FIRST_LOOK_S)

    async def close(self) -> None:
        """Stop watching, switch every output off and release the pins."""
        self._is_closing = True
        self._wake.set()
        if self._watch:
            # A thread may be opening the pins: let it finish.
            await asyncio.wait({self._watch}, timeout=LAST_LOOK_S)
            self._watch.cancel()
        for device in self.devices:
            device.close()
        if self._guard:
            await self._guard.close()
        await self._close_factory()

    def unconfigured(self) -> tuple[UnconfiguredDevice, ...]:
        """None: nothing shows what is connected to a pin that nobody configured."""
        return ()

    def _hear_of_guard(self) -> None:
        for device in self.devices:
            device.stand()

    def _fail(self, error: Exception) -> None:
        self._trouble = str(error) or repr(error)
        self._wake.set()

    async def _keep_looking(self, first: asyncio.Task[None]) -> None:
        await first
        while not self._is_closing:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), LOOK_EVERY_S)
            self._wake.clear()
            if not self._is_closing:
                await self._look()

    async def _look(self) -> None:
        try:
            for device in self.devices:
                device.look()
        except PIN_ERRORS as error:
            self._fail(error)
        if self._trouble:
            await self._lose_pins(self._trouble)
        now = asyncio.get_running_loop().time()
        if now >= self._next_try and any(device.is_waiting for device in self.devices):
            await self._attach()
            self._next_try = now + self._wait_s
            self._wait_s = min(self._wait_s * 2, LONGEST_WAIT_S)
        if not any(device.is_waiting for device in self.devices):
            self._wait_s = SHORTEST_WAIT_S

    async def _attach(self) -> None:
        if self._factory is None:
            try:
                self._factory = await asyncio.to_thread(open_pins, self._memory_dir)
            except PIN_ERRORS as error:
                self._lose_all(str(error))
                return
        for device in self.devices:
            if device.is_waiting:
                device.attach(self._factory)
        if not any(device.is_attached for device in self.devices):
            await self._close_factory()  # the next attempt begins with the chip again

    async def _lose_pins(self, why: str) -> None:
        self._lose_all(f"its pins failed: {why}")
        await self._close_factory()
        self._trouble = ""
        self._next_try = asyncio.get_running_loop().time() + SHORTEST_WAIT_S

    def _lose_all(self, why: str) -> None:
        for device in self.devices:
            device.lose(why)

    def _report_failure(self, watch: asyncio.Task[None]) -> None:
        if not watch.cancelled() and (error := watch.exception()):
            log.critical("pin_watch.ended", remedy="restart boxd", exc_info=error)
            self._lose_all(
                f"pins are watched no longer, by a mistake of boxd's ({error}); restart boxd"
            )

    async def _close_factory(self) -> None:
        factory, self._factory = self._factory, None
        if factory is not None:
            await asyncio.to_thread(_close, factory)


def _close(factory: Any) -> None:
    """Release every line, even if pins fail: otherwise they would be busy at the next attempt."""
    for pin in tuple(factory.pins.values()):
        with contextlib.suppress(*PIN_ERRORS):
            pin.close()
    factory.pins.clear()
    with contextlib.suppress(*PIN_ERRORS):
        factory.close()


def _guard(
    devices: Sequence[GpioDevice], memory_dir: Path | None, on_change: Callable[[], None]
) -> Guard | None:
    """One guard for all latches; it holds all of them or, if one is not available, none."""
    pins = [guarded(latch) for each in devices if each.enabled for latch in each.latches.values()]
    return Guard(pins, memory_dir, on_change) if pins else None
