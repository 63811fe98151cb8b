"""Testing devices by hand: one person at a time borrows one device at a time.

A device is refused while one of its bays serves an attendee, and while it is borrowed its bays
take no codes. The end of the test puts everything back. No test moves a latch; that is a recorded
order to the `Opener`.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from typing import Protocol

import structlog

from boxd.bays.availability import Availability
from boxd.bays.device_events import DeviceEvent, Listener, without_digits
from boxd.bays.device_registry import DeviceRegistry
from boxd.bays.monitored import MonitoredDevice
from boxd.bays.self_test import Tested, self_test
from boxd.bays.view import BayState, BayView
from boxd.config import Config
from boxd.config.addresses import split
from boxd.devices import LampName
from boxd.errors import NotFound, Refused
from boxd.machine_clock import utc_now

IDLE_S = 600.0
"""A test without a request for this long is over: its person has gone."""

BUZZER_LONGEST_MS = 1000

log = structlog.get_logger(__name__)


class PausedBay(Protocol):
    """What a test needs of a bay."""

    def view(self) -> BayView:
        """The bay's state for the HUD."""

    @property
    def availability(self) -> Availability:
        """What keeps the bay from taking codes."""


class DeviceTest:
    """One person's test, until `end`, or after `IDLE_S` without a request."""

    def __init__(self, tests: DeviceTests, actor: str) -> None:
        self.id = secrets.token_hex(8)
        self.actor = actor
        self.since = utc_now()
        self.device: MonitoredDevice | None = None
        self.has_ended = asyncio.Event()
        self._tests = tests
        self._paused: list[PausedBay] = []
        self._withheld: list[MonitoredDevice] = []
        self._idle: asyncio.TimerHandle | None = None
        self._hear()

    def borrow(self, name: str) -> None:
        """Return the borrowed device, if any, and borrow the device `name`.

        Raises NotFound, or Refused while one of its bays serves an attendee.
        """
        self._hear()
        self.give_back()
        device = self._tests.registry.device(name)
        served = self._tests.bays_of(name)
        _refuse_while_serving(name, served)
        why = f"{name} is being tested by {self.actor}"
        log.info("device_test.started", device=name, actor=self.actor)
        self.device = device
        self._withheld = [self._tests.registry.device(keypad) for keypad in served]
        for keypad in self._withheld:
            keypad.withhold(True)
        self._paused = list(served.values())
        for bay in self._paused:
            bay.availability.pause(why)
        device.borrow()
        self._tests.on_change()

    def give_back(self) -> None:
        """Put everything back as the bays want it."""
        device, self.device = self.device, None
        if device is None:
            return
        for bay in self._paused:
            bay.availability.pause("")
        device.give_back()
        for keypad in self._withheld:
            keypad.withhold(False)
        self._paused, self._withheld = [], []
        self._tests.on_change()

    @property
    def borrowed(self) -> MonitoredDevice:
        """The device under test. Raises Refused if none is borrowed."""
        self._hear()
        if self.device is None:
            raise Refused("no device is borrowed for this test; borrow one first")
        return self.device

    def light(self, name: LampName, lit: bool) -> None:
        """Light a lamp of the borrowed device, or put it out."""
        lamps = self.borrowed.lamps
        if name not in lamps:
            known = ", ".join(lamps) or "none"
            raise NotFound(f"{self.borrowed.name} has no {name} lamp; its lamps: {known}")
        lamps[name].borrow(lit)

    def sound(self, milliseconds: int) -> None:
        """Sound the buzzer of the borrowed device."""
        buzzer = self.borrowed.buzzer
        if buzzer is None:
            raise NotFound(f"{self.borrowed.name} has no buzzer")
        buzzer.test(min(milliseconds, BUZZER_LONGEST_MS))

    def end(self) -> None:
        """Put everything back and end the test."""
        if self._idle is not None:
            self._idle.cancel()
        self.give_back()
        self.has_ended.set()
        self._tests.forget(self)

    def _hear(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(IDLE_S, self.end)


class DeviceTests:
    """The tests of a box's devices: one at a time."""

    def __init__(
        self,
        config: Config,
        registry: DeviceRegistry,
        bays: Mapping[str, PausedBay],
        on_change: Callable[[], None],
    ) -> None:
        self.registry = registry
        self.on_change = on_change
        self._config = config
        self._bays = bays
        self._current: DeviceTest | None = None

    @property
    def current(self) -> DeviceTest | None:
        """The test that is running."""
        return self._current

    def begin(self, actor: str) -> DeviceTest:
        """Begin a test; nothing is borrowed yet. Raises Refused while another one is running."""
        if (other := self._current) is not None:
            what = f" ({other.device.name} now)" if other.device else ""
            raise Refused(
                f"{other.actor} has been testing devices{what} since "
                f"{other.since.astimezone():%H:%M:%S}; wait until that test is over"
            )
        self._current = DeviceTest(self, actor)
        return self._current

    def find(self, test_id: str) -> DeviceTest:
        """The running test with this id. Raises NotFound."""
        if self._current is None or self._current.id != test_id:
            raise NotFound("that test is over, everything is put back; begin another")
        return self._current

    def forget(self, test: DeviceTest) -> None:
        """A test has ended."""
        if self._current is test:
            self._current = None

    def watch(self, listener: Listener, shows_digits: Callable[[str], bool]) -> Callable[[], None]:
        """Report events at the devices to `listener`; returns a function that stops this.

        Digits typed at bays are parts of codes; they are shown only if `shows_digits`.
        """
        keypads = {bay.keypad for bay in self._config.bays}

        def hear(event: DeviceEvent) -> None:
            shown = shows_digits(event.device)
            listener(event if shown else without_digits(event, keypads))

        return self.registry.events.subscribe(hear)

    async def run_unattended(self) -> tuple[Tested, ...]:
        """The self-test: asks nobody, and moves nothing."""
        return await self_test(self.registry)

    def bays_of(self, device: str) -> dict[str, PausedBay]:
        """The bays that can't serve without the device, each by its keypad's device.

        Without the operator's keys no bay can serve.
        """
        operator = self._config.operator
        by_locker = {
            locker.bay
            for locker in self._config.lockers
            if device in (split(locker.latch)[0], split(locker.door or "")[0])
        }
        return {
            bay.keypad: self._bays[bay.id]
            for bay in self._config.bays
            if device in (bay.keypad, bay.lamps, bay.buzzer, operator.keypad, operator.buzzer)
            or bay.id in by_locker
        }


def _refuse_while_serving(device: str, bays: Mapping[str, PausedBay]) -> None:
    for bay in bays.values():
        view = bay.view()
        if view.state in (BayState.BUSY, BayState.CHECKING) or view.typed:
            doing = "a code is being typed" if view.typed else view.text
            raise Refused(
                f"{device} can't be tested now: bay {view.name} serves somebody ({doing}); "
                "try again when it is ready"
            )
