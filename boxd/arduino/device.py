"""One configured Arduino: opens its line, greets the board, and does both again for ever."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import structlog

from boxd.arduino.link import ArduinoLink
from boxd.arduino.matching import misfit
from boxd.arduino.messages import BUZZER_LONGEST_MS
from boxd.arduino.parts import WiredLatch
from boxd.arduino.sections import ArduinoDevice
from boxd.config.device_schema import PinLevel
from boxd.device_line import DeviceLine, LineFault
from boxd.device_parts import DeviceBuzzer, DeviceLamp, ReportedDoor
from boxd.device_state import StatusTracker
from boxd.devices import DeviceState, DeviceStatus, DoorState, LampName
from boxd.errors import DeviceUnreachable
from boxd.plugged_instead import plugged_instead
from boxd.serial_line import explain, open_line
from boxd.words import N_

log = structlog.get_logger(__name__)

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 5.0
_STOLEN = N_(
    "{why}; another program reads what it says: find it with 'sudo fuser -v {port}', and end it (a "
    "serial monitor? ModemManager? brltty?)"
)
LOOK_EVERY_S = 0.2  # how often to check whether something was plugged in, which ends every wait


class Arduino:
    """An Arduino and its connection.

    On each (re)connect the doors are queried and the desired lamps sent; nothing else, and never a
    pulse. `path_of` returns the path of a configured port; it raises OSError if nothing is plugged
    in. `unconfigured` lists the ports that are plugged in and in no configuration. `tried` is set
    once the first attempt to connect has ended.
    """

    keypad = None
    reader = None
    restart_sensor = None

    def __init__(
        self,
        device: ArduinoDevice,
        path_of: Callable[[str], str],
        on_change: Callable[[], None],
        unconfigured: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self.name = device.name
        self.port = device.port
        self.tried = asyncio.Event()
        self._device = device
        self._path_of = path_of
        self._unconfigured = unconfigured
        self._standing = StatusTracker(
            device.name, device.kind, device.port, on_change, enabled=device.enabled
        )
        self.line = DeviceLine()
        self._link: ArduinoLink | None = None
        self._is_over = asyncio.Event()
        self._was_ready = False
        self._is_closing = False
        self._lit = 0
        self.lamps = {lamp: DeviceLamp(lamp, self.show) for lamp in device.lamps}
        self.buzzer = DeviceBuzzer(self.sound) if device.buzzer else None
        self.latches = {
            name: WiredLatch(f"{device.name}.{name}", section, self.pulse)
            for name, section in device.latches.items()
        }
        self.doors = {name: ReportedDoor() for name in device.doors}

    @property
    def status(self) -> DeviceStatus:
        """The device's state, since when, and why."""
        return self._standing.status

    async def keep_connected(self) -> None:
        """Connect, and again whenever that ends; returns at once if the device is disabled."""
        wait_s = FIRST_WAIT_S
        while self._standing.is_enabled and not self._is_closing:
            seen = self._what_is_plugged_in()
            self._was_ready = False
            await self._connect()
            wait_s = FIRST_WAIT_S if self._was_ready else wait_s
            if await self._is_plugged_anew(seen, wait_s):
                wait_s = FIRST_WAIT_S
                self._standing.become(DeviceState.CONNECTING, N_("it was plugged in a moment ago"))
            else:
                wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    async def turn_off(self) -> None:
        """Put every output off and send nothing more, for good."""
        self._is_closing = True  # otherwise a board would be greeted again while we wait for others
        if self._link is not None:
            await self._link.turn_off()

    def give_up(self, why: str) -> None:
        """Be unreachable for good."""
        self._fail(why)

    def show(self, lamp: LampName, lit: bool) -> None:
        """Store a lamp's desired state, and send it if the board is connected."""
        bit = _bit(self._device.lamps[lamp])
        self._lit = self._lit | bit if lit else self._lit & ~bit
        if self._link is not None:
            self._link.light(self._lit)

    def sound(self, milliseconds: int) -> None:
        """Sound the buzzer if the board is connected; for five seconds at most."""
        if self._link is not None:
            self._link.beep(min(max(milliseconds, 0), BUZZER_LONGEST_MS))

    async def pulse(self, latch: int, milliseconds: int) -> None:
        """Order one pulse of a latch, if the board is connected."""
        if not self._standing.is_ready or self._link is None:
            raise DeviceUnreachable(self._standing.why_nothing_was_sent)
        self.line.note_pulse()
        await self._link.pulse(latch, milliseconds)

    # Called by the link

    def on_ready(self, firmware: str) -> None:
        """The board can be used."""
        self._was_ready = True
        self._standing.become(DeviceState.READY, f"firmware {firmware}")
        self.tried.set()

    def on_interrupted(self, why: str) -> None:
        """The board has rebooted: until it is greeted, nothing is known about it."""
        self.line.note_reset()
        self._standing.become(DeviceState.CONNECTING, why)
        self._forget_doors()

    def on_answer(self) -> None:
        """The board has answered a command."""
        self.line.note_answer()

    def on_fault(self, fault: LineFault, count: int = 1) -> None:
        """Something went wrong on the line."""
        self.line.note(fault, count)

    def on_doors(self, levels: int) -> None:
        """The doors' contacts are at these levels."""
        moved = [
            door.move(
                _state(self._device.doors[name].closed, levels, self._device.doors[name].number)
            )
            for name, door in self.doors.items()
        ]
        if any(moved):
            self._standing.tell()

    def on_end(self, why: str) -> None:
        """The conversation has ended."""
        stolen = self.line.last_hour().get(LineFault.STOLEN, 0)
        self._fail(_STOLEN.format(why=why, port=self.port) if stolen else why)
        self._is_over.set()

    # Connecting

    async def _connect(self) -> None:
        """One connection, from opening the line to its end."""
        try:
            line = await open_line(
                self._path_of(self.port), self._feed, self._lose, self._miss_stolen
            )
        except OSError as error:
            self._fail(await self._why_not_open(error))
            return
        self._is_over.clear()
        lamps = sum(_bit(number) for number in self._device.lamps.values())
        fits = partial(misfit, self._device)
        self._link = ArduinoLink(self._standing.naming, line.send, self, fits, lamps)
        self._link.light(self._lit)
        try:
            self._link.begin()
            await self._is_over.wait()
        finally:
            self._link.end("boxd is stopping")
            self._link = None
            await line.close()

    async def _why_not_open(self, error: OSError) -> str:
        if error.errno not in (errno.ENOENT, errno.ENXIO):
            return explain(error)
        # In a thread: a folder of devices that are being unplugged may be slow.
        others = await asyncio.to_thread(self._unconfigured)
        lines = {port: (f'port = "{port}"',) for port in others}
        return plugged_instead(explain(error), self.port, lines)

    def _feed(self, data: bytes) -> None:
        if self._link is not None:
            self._link.feed(data)

    def _miss_stolen(self) -> None:
        self.line.note(LineFault.STOLEN)
        log.warning("serial.stolen", device=self.name, port=self.port)

    def _lose(self, error: OSError) -> None:
        if self._link is not None:
            broken = N_("its line broke off ({why}); check its cable")
            self._link.end(broken.format(why=error.strerror))

    def _fail(self, why: str) -> None:
        self._standing.become(DeviceState.UNREACHABLE, why)
        self._forget_doors()
        self.tried.set()

    def _forget_doors(self) -> None:
        moved = [door.move(DoorState.UNKNOWN) for door in self.doors.values()]
        if any(moved):
            self._standing.tell()

    async def _is_plugged_anew(self, seen: tuple[int, ...], wait_s: float) -> bool:
        """Wait; return early, and true, if something else than `seen` is plugged in."""
        loop = asyncio.get_running_loop()
        until = loop.time() + wait_s
        while loop.time() < until:
            await asyncio.sleep(LOOK_EVERY_S)
            found = self._what_is_plugged_in()
            if found and found != seen:
                return True
        return False

    def _what_is_plugged_in(self) -> tuple[int, ...]:
        """An identity of what is plugged in, new after each plugging; empty for nothing."""
        try:
            found = Path(self._path_of(self.port)).stat()
        except OSError:
            return ()
        return found.st_dev, found.st_ino, found.st_rdev, found.st_ctime_ns


def _bit(number: int) -> int:
    return 1 << (number - 1)


def _state(closed: PinLevel, levels: int, number: int) -> DoorState:
    is_high = bool(levels & _bit(number))
    return DoorState.CLOSED if is_high == (closed is PinLevel.HIGH) else DoorState.OPEN
