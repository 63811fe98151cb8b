"""The latches on the Pi's pins, pulsed by a guard that is kept running as long as the box."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from boxd.devices import Confirmation, Door
from boxd.errors import DeliveryUnknown, DeviceUnreachable
from boxd.gpio.between_guards import drive_off
from boxd.gpio.guard_process import GuardProcess
from boxd.gpio.outputs import OutputPin

log = structlog.get_logger(__name__)

FIRST_START_S = 1.0  # the rest of the box starts then, even if the guard takes longer
GOOD_LIFE_S = 5.0  # a guard that dies sooner, again and again, is started less often
SHORTEST_WAIT_S = 0.1
LONGEST_WAIT_S = 5.0

STARTING = "the guard of the latches is being started"


class Guard:
    """Keeps one guard running for all of `pins`. Starting one never moves a latch.

    `on_change` is called on the event loop whenever `why_unusable` changes.
    """

    def __init__(
        self, pins: Sequence[OutputPin], memory_dir: Path | None, on_change: Callable[[], None]
    ) -> None:
        self._pins = tuple(pins)
        self._memory_dir = memory_dir
        self._on_change = on_change
        self._why = STARTING
        self._process: GuardProcess | None = None
        self._told = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    @property
    def why_unusable(self) -> str:
        """Why no latch can be pulsed now; empty while the guard is ready."""
        return self._why

    async def start(self) -> None:
        """Start the guard and keep it running; returns when it is ready, fails, or after 1 s."""
        self._keeper = asyncio.create_task(self._keep(), name="guard")
        self._keeper.add_done_callback(self._report_failure)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._told.wait(), FIRST_START_S)

    async def close(self) -> None:
        """Let the guard drop everything and end."""
        if self._keeper is not None:
            self._become("boxd is stopping")
            self._keeper.cancel()
            await asyncio.wait({self._keeper})

    async def pulse(self, pin: OutputPin, ms: int) -> None:
        """Pulse the latch on `pin`; returns when it is energised.

        Raises DeviceUnreachable if that did not and will not happen, DeliveryUnknown if that is
        not certain.
        """
        if self._why or self._process is None:
            raise DeviceUnreachable(f"{self._why}; nothing was sent")
        await self._process.pulse(self._pins.index(pin), ms)

    async def _keep(self) -> None:
        deaths = 0
        while True:
            begun = time.monotonic()
            why = await self._live()
            deaths = 1 if time.monotonic() - begun > GOOD_LIFE_S else deaths + 1
            self._become(why)
            # If both its processes died, a latch may still be energised; another guard takes a
            # second to start on a busy Pi.
            await asyncio.to_thread(drive_off, self._pins, self._memory_dir)
            await asyncio.sleep(
                min(SHORTEST_WAIT_S * 2 ** (deaths - 2), LONGEST_WAIT_S) if deaths > 1 else 0
            )

    async def _live(self) -> str:
        try:
            self._process = await GuardProcess.spawn(
                self._pins, self._memory_dir, lambda: self._become("")
            )
        except OSError as error:
            return f"the guard of the latches can't be started: {error}"
        try:
            return await self._process.live()
        finally:
            self._process = None

    def _report_failure(self, keeper: asyncio.Task[None]) -> None:
        if not keeper.cancelled() and (error := keeper.exception()):
            log.critical("guard_keeper.ended", remedy="restart boxd", exc_info=error)
            self._become(f"the guard of the latches is kept no longer ({error}); restart boxd")

    def _become(self, why: str) -> None:
        self._told.set()
        if why == self._why:
            return
        self._why = why
        log.info("guard.changed", state="unusable" if why else "ready", why=why)
        asyncio.get_running_loop().call_soon(self._on_change)


class GuardedLatch:
    """A latch on a pin behind the guard."""

    confirmation = Confirmation.BEGUN

    def __init__(
        self, guard: Guard, pin: OutputPin, address: str, pulse_ms: int, feedback: Door | None
    ) -> None:
        self.longest_s = pulse_ms / 1000
        self._guard = guard
        self._pin = pin
        self._address = address
        self._pulse_ms = pulse_ms
        self._feedback = feedback

    @property
    def address(self) -> str:
        """`device.latch`."""
        return self._address

    @property
    def feedback(self) -> Door | None:
        """The latch's own contact, if it has one."""
        return self._feedback

    async def pulse(self) -> None:
        """Send one pulse; returns when the pin is energised.

        Raises DeviceUnreachable if nothing was moved, DeliveryUnknown if that is not certain.
        """
        try:
            await self._guard.pulse(self._pin, self._pulse_ms)
        except (DeviceUnreachable, DeliveryUnknown) as error:
            raise type(error)(f"{self._address}: {error}") from error
