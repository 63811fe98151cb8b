"""One configured MIDI device: found by its name, kept connected, with its desired lamps."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import mido
import structlog

from boxd.device_parts import DeviceBuzzer, DeviceLamp, ReportedDoor, ReportedKeypad
from boxd.device_state import StatusTracker
from boxd.devices import DeviceState, DeviceStatus, DoorState, KeyTouch, LampName
from boxd.errors import DeliveryUnknown, DeviceUnreachable
from boxd.midi.echoes import Echoes
from boxd.midi.parts import MidiLatch
from boxd.midi.ports import Listing, Port, PortPair, PortSystem, find
from boxd.midi.profile import BoardDoor, BoardKey, BoardTap, Profile
from boxd.midi.stream import MidiStream

log = structlog.get_logger(__name__)


class MidiDevice:
    """A device and its connection.

    `see` is called with every listing of the ports, one call at a time, and reacts to it. On each
    (re)connect the stale port is closed, a new one opened, and the desired state of all lamps and
    the profile's greeting are sent; nothing else, and never a pulse.
    """

    def __init__(
        self,
        ports: PortSystem,
        profile: Profile,
        on_change: Callable[[], None],
        *,
        name: str,
        kind: str,
        product: str,
        enabled: bool = True,
    ) -> None:
        self.name = name
        self.product = product
        self._profile = profile
        self._ports = ports
        self._standing = StatusTracker(name, kind, product, on_change, enabled=enabled)
        self._pair: PortPair | None = None
        self._port: Port | None = None
        self._connection: _Connection | None = None
        self._desired = dict.fromkeys(profile.lamps, False)
        self._buzzer_off: asyncio.TimerHandle | None = None
        self._echoes = Echoes()
        self.keypad = ReportedKeypad(profile.one_scan_s)
        self.lamps = {lamp: DeviceLamp(lamp, self.show) for lamp in profile.lamps}
        self.buzzer = DeviceBuzzer(self.sound)
        self.latches = {"latch": MidiLatch(product, self.pulse)} if profile.unlock else {}
        self.doors = {door: ReportedDoor() for door in profile.doors}

    @property
    def status(self) -> DeviceStatus:
        """The device's state, since when, and why."""
        return self._standing.status

    async def see(self, listing: Listing) -> None:
        """Connect, reconnect or disconnect, as this listing of the ports requires."""
        if not self._standing.is_enabled:
            return
        found = find(listing, self.product)
        if isinstance(found, str):
            await self.lose(found)
        elif not self._is_connected_to(found):
            await self._connect(found)

    async def lose(self, why: str) -> None:
        """Disconnect; the device becomes unreachable because of `why`."""
        if not self._standing.is_enabled:
            return
        self._standing.become(DeviceState.UNREACHABLE, why)
        await self._let_go()

    async def close(self) -> None:
        """Put the lamps out and close the connection, if there is one."""
        for lamp in self._profile.lamps:
            self._send_lamp(lamp, False)
        await self._let_go()

    def show(self, lamp: LampName, lit: bool) -> None:
        """Store a lamp's desired state, and send it if the device is connected."""
        self._desired[lamp] = lit
        self._send_lamp(lamp, lit)

    def sound(self, milliseconds: int) -> None:
        """Sound the buzzer if the device is connected."""
        begin, end = self._profile.buzzer(milliseconds)
        self._try_to_send(begin)
        if end is None:
            return
        if self._buzzer_off:
            self._buzzer_off.cancel()
        loop = asyncio.get_running_loop()
        self._buzzer_off = loop.call_later(milliseconds / 1000, self._try_to_send, end)

    def pulse(self) -> None:
        """Send one latch pulse, unless the device is known to be away at this instant."""
        unlock, port = self._profile.unlock, self._port
        if unlock is None:
            raise DeviceUnreachable(f"{self._standing.naming} has no latch; nothing was sent")
        if not self._standing.is_ready or port is None:
            raise DeviceUnreachable(self._standing.why_nothing_was_sent)
        self._check_at_this_instant(port)
        try:
            _send(port, unlock)
        except OSError as error:
            self._standing.become(DeviceState.UNREACHABLE, f"sending failed: {error}")
            raise DeliveryUnknown(
                f"sending the pulse to {self._standing.naming} failed ({error}); "
                "look whether the locker is open"
            ) from error

    def _check_at_this_instant(self, port: Port) -> None:
        found = find(self._ports.glance(), self.product)
        if isinstance(found, str):
            self._standing.become(DeviceState.UNREACHABLE, found)
        elif found != self._pair or not port.is_connected():
            self._standing.become(
                DeviceState.CONNECTING, "it was plugged in anew a moment ago; try again"
            )
        else:
            return
        raise DeviceUnreachable(self._standing.why_nothing_was_sent)

    def _is_connected_to(self, pair: PortPair) -> bool:
        return (
            self._standing.is_ready
            and self._pair == pair
            and self._port is not None
            and self._port.is_connected()
        )

    async def _connect(self, pair: PortPair) -> None:
        self._standing.become(DeviceState.CONNECTING)
        await self._let_go()
        connection = _Connection(self._hear)
        try:
            self._port = await self._ports.open(pair, connection.feed)
        except OSError as error:
            self._standing.become(DeviceState.UNREACHABLE, f"its port can't be opened: {error}")
            return
        self._connection = connection
        self._pair = pair
        self._standing.become(DeviceState.READY)
        for lamp, lit in self._desired.items():
            self._send_lamp(lamp, lit)
        for message in self._profile.greeting:
            self._try_to_send(message)

    async def _let_go(self) -> None:
        port, self._port, self._pair = self._port, None, None
        if self._connection is not None:
            self._connection.is_open = False
        if port is not None:
            await port.close()
        moved = [door.move(DoorState.UNKNOWN) for door in self.doors.values()]
        if any(moved):
            self._standing.tell()

    def _send_lamp(self, lamp: LampName, lit: bool) -> None:
        for message in self._profile.lamp(lamp, lit):
            self._echoes.expect(message, time.monotonic())
            self._try_to_send(message)

    def _try_to_send(self, message: mido.Message | None) -> None:
        if message is None or self._port is None or not self._standing.is_ready:
            return
        try:
            _send(self._port, message)
        except OSError as error:
            self._standing.become(DeviceState.UNREACHABLE, f"sending failed: {error}")

    def _hear(self, message: mido.Message, at: float) -> None:
        heard = self._profile.decode(message)
        if isinstance(heard, BoardKey | BoardTap):
            self._hear_key(heard, message, at)
        elif isinstance(heard, BoardDoor):
            if self.doors[heard.door].move(heard.state):
                self._standing.tell()
        else:
            log.debug("message.ignored", device=self.name, bytes=message.hex(""), why=heard.why)

    def _hear_key(self, heard: BoardKey | BoardTap, message: mido.Message, at: float) -> None:
        begins = isinstance(heard, BoardTap) or heard.touched
        # The end of a touch counts even if it is an echo: a key must never seem to be held.
        if begins and self._echoes.is_one(message, at):
            log.debug("echo.ignored", device=self.name, bytes=message.hex(""))
            return
        self.keypad.touch(KeyTouch(heard.key, begins, at))
        if isinstance(heard, BoardTap):
            self.keypad.touch(KeyTouch(heard.key, False, at))


def _send(port: Port, message: mido.Message) -> None:
    port.send(bytes(message.bin()))


class _Connection:
    """The bytes of one connection; later ones are dropped after it was given up."""

    def __init__(self, hear: Callable[[mido.Message, float], None]) -> None:
        self.is_open = True
        self._hear = hear
        self._stream = MidiStream()

    def feed(self, data: bytes, at: float) -> None:
        """Take bytes in any pieces and pass complete messages on."""
        for message in self._stream.feed(data):
            if self.is_open:
                self._hear(message, at)
