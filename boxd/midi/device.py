"""One configured MIDI device: found by its name, kept connected, and shown what it should show."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from boxd.devices import DeviceState, DeviceStatus, DoorState, KeyTouch, LampName
from boxd.errors import DeliveryUnknown, DeviceUnreachable
from boxd.midi.parts import MidiBuzzer, MidiDoor, MidiKeypad, MidiLamp, MidiLatch
from boxd.midi.ports import Listing, Port, PortPair, PortSystem, find
from boxd.midi.profile import BoardDoor, BoardKey, Profile
from boxd.midi.stream import MidiStream

log = structlog.get_logger(__name__)


class MidiDevice:
    """A device and its connection.

    `see` is called with every listing of the ports, one call at a time, and does what follows
    from it. On each (re)connect the stale port is closed, a new one opened, and the whole desired
    lamp state and the profile's greeting are sent; nothing else, and never a pulse.
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
        self._kind = kind
        self._profile = profile
        self._ports = ports
        self._on_change = on_change
        self._state = DeviceState.CONNECTING if enabled else DeviceState.DISABLED
        self._why = "" if enabled else "switched off in the configuration"
        self._since = datetime.now(UTC)
        self._pair: PortPair | None = None
        self._port: Port | None = None
        self._connection: _Connection | None = None
        self._desired = dict.fromkeys(profile.lamps, False)
        self._buzzer_off: asyncio.TimerHandle | None = None
        self.keypad = MidiKeypad()
        self.lamps = {lamp: MidiLamp(self, lamp) for lamp in profile.lamps}
        self.buzzer = MidiBuzzer(self)
        self.latches = {"latch": MidiLatch(self)} if profile.unlock else {}
        self.doors = {door: MidiDoor() for door in profile.doors}

    @property
    def status(self) -> DeviceStatus:
        """How the device stands, since when, and why."""
        return DeviceStatus(
            self.name, self._kind, self.product, self._state, self._since, self._why
        )

    async def see(self, listing: Listing) -> None:
        """Connect, reconnect or let go, as this listing of the ports demands."""
        if self._state is DeviceState.DISABLED:
            return
        found = find(listing, self.product)
        if isinstance(found, str):
            await self.lose(found)
        elif not self._is_connected_to(found):
            await self._connect(found)

    async def lose(self, why: str) -> None:
        """Let go of the device; it stands as unreachable because of `why`."""
        if self._state is DeviceState.DISABLED:
            return
        self._become(DeviceState.UNREACHABLE, why)
        await self._let_go()

    async def close(self) -> None:
        """Put the lamps out and close the connection, if there is one."""
        for lamp in self._profile.lamps:
            self._try_to_send(self._profile.lamp(lamp, False))
        await self._let_go()

    def show(self, lamp: LampName, lit: bool) -> None:
        """Keep what a lamp should show, and send it if the device is there."""
        self._desired[lamp] = lit
        self._try_to_send(self._profile.lamp(lamp, lit))

    def sound(self, milliseconds: int) -> None:
        """Sound the buzzer if the device is there."""
        begin, end = self._profile.buzzer(milliseconds)
        self._try_to_send(begin)
        if not end:
            return
        if self._buzzer_off:
            self._buzzer_off.cancel()
        loop = asyncio.get_running_loop()
        self._buzzer_off = loop.call_later(milliseconds / 1000, self._try_to_send, end)

    def pulse(self) -> None:
        """Send one latch pulse, unless the device is known to be away at this instant."""
        unlock, port = self._profile.unlock, self._port
        if unlock is None:
            raise DeviceUnreachable(f"{self._naming()} has no latch; nothing was sent")
        if self._state is not DeviceState.READY or port is None:
            raise DeviceUnreachable(f"{self._naming()} is {self._state}{self._because()}")
        self._check_at_this_instant(port)
        try:
            port.send(unlock)
        except OSError as error:
            self._become(DeviceState.UNREACHABLE, f"sending failed: {error}")
            raise DeliveryUnknown(
                f"sending the pulse to {self._naming()} failed ({error}); "
                "look whether the locker is open"
            ) from error

    def _check_at_this_instant(self, port: Port) -> None:
        found = find(self._ports.glance(), self.product)
        if isinstance(found, str):
            self._become(DeviceState.UNREACHABLE, found)
        elif found != self._pair or not port.is_connected():
            self._become(DeviceState.CONNECTING, "it was plugged in anew a moment ago; try again")
        else:
            return
        raise DeviceUnreachable(f"{self._naming()} is {self._state}{self._because()}")

    def _naming(self) -> str:
        return f"{self.name} ({self.product})"

    def _because(self) -> str:
        return f": {self._why}; nothing was sent" if self._why else "; nothing was sent"

    def _is_connected_to(self, pair: PortPair) -> bool:
        return (
            self._state is DeviceState.READY
            and self._pair == pair
            and self._port is not None
            and self._port.is_connected()
        )

    async def _connect(self, pair: PortPair) -> None:
        self._become(DeviceState.CONNECTING, "")
        await self._let_go()
        connection = _Connection(self._hear)
        try:
            self._port = await self._ports.open(pair, connection.feed)
        except OSError as error:
            self._become(DeviceState.UNREACHABLE, f"its port can't be opened: {error}")
            return
        self._connection = connection
        self._pair = pair
        self._become(DeviceState.READY, "")
        for lamp, lit in self._desired.items():
            self._try_to_send(self._profile.lamp(lamp, lit))
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
            self._tell()

    def _try_to_send(self, message: bytes) -> None:
        if not message or self._port is None or self._state is not DeviceState.READY:
            return
        try:
            self._port.send(message)
        except OSError as error:
            self._become(DeviceState.UNREACHABLE, f"sending failed: {error}")

    def _hear(self, message: bytes, at: float) -> None:
        heard = self._profile.decode(message)
        if isinstance(heard, BoardKey):
            self.keypad.touch(KeyTouch(heard.key, heard.touched, at))
        elif isinstance(heard, BoardDoor):
            if self.doors[heard.door].move(heard.state):
                self._tell()
        else:
            log.debug("message ignored", device=self.name, bytes=message.hex(), why=heard.why)

    def _become(self, state: DeviceState, why: str) -> None:
        if (state, why) == (self._state, self._why):
            return
        if state is not self._state:
            self._since = datetime.now(UTC)
        self._state, self._why = state, why
        log.info("device", device=self.name, port=self.product, state=str(state), why=why)
        self._tell()

    def _tell(self) -> None:
        # Not called here and now: a listener that fails must not stop the watching.
        asyncio.get_running_loop().call_soon(self._on_change)


class _Connection:
    """The bytes of one connection; what arrives after it was given up is dropped."""

    def __init__(self, hear: Callable[[bytes, float], None]) -> None:
        self.is_open = True
        self._hear = hear
        self._stream = MidiStream()

    def feed(self, data: bytes, at: float) -> None:
        """Take bytes as they come and pass complete messages on."""
        for message in self._stream.feed(data):
            if self.is_open:
                self._hear(message, at)
