"""One configured MIDI device: found by its name, kept connected, with its desired lamps."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Collection
from functools import partial

import mido
import structlog

from boxd.device_line import DeviceLine, LineFault
from boxd.device_parts import DeviceBuzzer, DeviceLamp, ReportedDoor, ReportedKeypad
from boxd.device_state import StatusTracker
from boxd.devices import DeviceState, DeviceStatus, DoorState, Key, KeyTouch, LampName
from boxd.errors import DeliveryUnknown, DeviceUnreachable
from boxd.fresh_keys import FreshKeys
from boxd.midi.connection import Connection
from boxd.midi.device_profile import (
    BoardDoor,
    BoardEcho,
    BoardKey,
    BoardTap,
    IgnoredMessage,
    Profile,
    UnusableDevice,
)
from boxd.midi.echo_watch import Echoed, EchoWatch
from boxd.midi.echoes import Echoes
from boxd.midi.finding import WantedDevice, find
from boxd.midi.message_texts import UNREMARKABLE, in_words
from boxd.midi.parts import MidiLatch
from boxd.midi.ports import Listing, PortPair, PortSystem
from boxd.words import N_

log = structlog.get_logger(__name__)

_OF_A_DIGIT = "a digit's message"
LEAST_OF_A_PULSE = 0.8
"""An echo that comes sooner is not that of a pulse: the oldest firmware echoes what it ignores."""


class MidiDevice:
    """A device and its connection.

    `see` is called with every listing of the ports, one call at a time, and reacts to it. On each
    (re)connect the stale port is closed, a new one opened, and the desired state of all lamps and
    the profile's greeting are sent; nothing else, and never a pulse. Keys that the device kept
    while it was not open are dropped, and one that has to echo is ready only while it does.
    """

    reader = None

    def __init__(
        self,
        ports: PortSystem,
        profile: Profile,
        on_change: Callable[[], None],
        *,
        name: str,
        kind: str,
        wanted: WantedDevice,
        enabled: bool = True,
        configured: Collection[WantedDevice] = (),
    ) -> None:
        self.name = name
        self.wanted = wanted
        self._configured = configured  # all of them
        self._profile = profile
        self._ports = ports
        self._standing = StatusTracker(name, kind, wanted.label, on_change, enabled=enabled)
        self._pair: PortPair | None = None
        self._connection: Connection | None = None
        self._watch: EchoWatch | None = None  # of this connection, where the device echoes
        self._fresh: FreshKeys | None = None  # of this connection, where it does not
        self._desired = dict.fromkeys(profile.lamps, False)
        self._probed = itertools.cycle(profile.lamps)
        self._asked: tuple[LampName, bool] | None = None  # the last probe
        self._buzzer_off: asyncio.TimerHandle | None = None
        self._echoes = Echoes()
        self._pressed: set[Key] = set()  # of those that say how hard they are pressed
        self.line = DeviceLine()
        self.keypad = ReportedKeypad(profile.one_scan_s)
        self.lamps = {lamp: DeviceLamp(lamp, self.show) for lamp in profile.lamps}
        self.buzzer = DeviceBuzzer(self.sound)
        self.latches = (
            {"latch": MidiLatch(wanted.label, profile.pulse_s, self.pulse)}
            if profile.unlock
            else {}
        )
        self.doors = {door: ReportedDoor() for door in profile.doors}
        self.restart_sensor = self._restart if profile.restart else None

    @property
    def status(self) -> DeviceStatus:
        """The device's state, since when, and why."""
        return self._standing.status

    async def see(self, listing: Listing) -> None:
        """Connect, reconnect or disconnect, as this listing of the ports requires."""
        if not self._standing.is_enabled:
            return
        found = find(listing, self.wanted, self._configured)
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

    async def pulse(self) -> None:
        """Send one latch pulse, unless the device is known to be away at this instant.

        Returns when the device has sent the order back, its pulse over.
        """
        if self._profile.unlock is None:
            raise DeviceUnreachable(f"{self._standing.naming} has no latch; nothing was sent")
        pulsed = "pulsed its latch"
        after_s = await self._order(self._profile.unlock, self._profile.pulse_s, pulsed)
        if after_s < self._profile.pulse_s * LEAST_OF_A_PULSE:
            why = f"it sent the order back after {after_s * 1000:.0f} ms, too soon for a pulse"
            raise self._not_known(pulsed, f"{why}: is its firmware the oldest?")

    async def _restart(self) -> None:
        """Have a board restart its touch sensor; it puts its lamps out by that."""
        if self._profile.restart is None:
            raise DeviceUnreachable(f"{self._standing.naming} can't restart; nothing was sent")
        await self._order(self._profile.restart, self._profile.restart_s, "restarted its sensor")
        for lamp, lit in self._desired.items():
            self._send_lamp(lamp, lit)

    async def _order(self, order: mido.Message, acts_for_s: float, done: str) -> float:
        """Send an order that may move the latch, once; returns after how long it came back."""
        connection = self._connection
        if connection is None or self._has_gone(connection) or not self._standing.is_ready:
            raise DeviceUnreachable(self._standing.why_nothing_was_sent)
        self.line.note_pulse()
        echo: asyncio.Future[float | None] = asyncio.get_running_loop().create_future()
        try:
            self._send(connection, order, acts_for_s, partial(_settle, echo))
        except OSError as error:
            self._fail(error)
            raise self._not_known(done, f"sending failed ({error})") from error
        after_s = await echo
        if after_s is None:
            raise self._not_known(done, "it did not send the order back")
        return after_s

    def _not_known(self, done: str, why: str) -> DeliveryUnknown:
        return DeliveryUnknown(
            f"whether {self._standing.naming} {done} is not known: {why}; "
            "look whether the locker is open"
        )

    # Connecting

    def _has_gone(self, connection: Connection) -> bool:
        """Whether the device has just been unplugged or replugged; its state says so then."""
        found = find(self._ports.glance(), self.wanted, self._configured)
        if isinstance(found, str):
            self._standing.become(DeviceState.UNREACHABLE, found)
        elif found != self._pair or not connection.is_connected:
            self._standing.become(
                DeviceState.CONNECTING, "it was plugged in anew a moment ago; try again"
            )
        else:
            return False
        return True

    def _is_connected_to(self, pair: PortPair) -> bool:
        connection = self._connection
        return self._pair == pair and connection is not None and connection.is_connected

    async def _connect(self, pair: PortPair) -> None:
        self._standing.become(DeviceState.CONNECTING)
        self.line.note_return()
        await self._let_go()
        connection = Connection(self._hear, self._hear_dropped)
        try:
            connection.port = await self._ports.open(pair, connection.feed)
        except OSError as error:
            why = N_("its port can't be opened: {why}").format(why=error)
            self._standing.become(DeviceState.UNREACHABLE, why)
            return
        self._connection, self._pair = connection, pair
        if not self._profile.echoes:
            self._fresh = FreshKeys(time.monotonic())
            self._become_ready()
            return
        loop = asyncio.get_running_loop()
        missing = partial(self.line.note, LineFault.ECHO_MISSING)
        self._watch = EchoWatch(loop, self._probe, self._answers_changed, missing)
        self._watch.begin()
        await self._watch.settled.wait()

    def _answers_changed(self) -> None:
        watch, connection = self._watch, self._connection
        if watch is None or connection is None:
            return
        if watch.is_answering:
            self._become_ready()
        elif not self._has_gone(connection):  # a pulled plug is silent too, until the next look
            self.line.note(LineFault.ECHO_MISSING)
            self._standing.become(DeviceState.UNREACHABLE, watch.why)

    def _become_ready(self) -> None:
        self._standing.become(DeviceState.READY)
        for message in self._profile.greeting:  # first: it may be what makes a pad of it
            self._try_to_send(message)
        for lamp, lit in self._desired.items():
            if (lamp, lit) != self._asked:  # which the device has just sent back
                self._send_lamp(lamp, lit)

    async def _let_go(self) -> None:
        connection, self._connection, self._pair = self._connection, None, None
        watch, self._watch, self._fresh = self._watch, None, None
        self._pressed.clear()
        if watch is not None:
            watch.stop()
        if connection is not None:
            await connection.close()
        moved = [door.move(DoorState.UNKNOWN) for door in self.doors.values()]
        if any(moved):
            self._standing.tell()

    # Sending

    def _probe(self) -> None:
        """Send one lamp's desired state, each lamp in its turn."""
        lamp = next(self._probed)
        if self._connection is None:
            return
        self._asked = lamp, self._desired[lamp]
        try:
            for message in self._profile.lamp(*self._asked):
                self._send(self._connection, message)
        except OSError as error:
            self._fail(error)

    def _send_lamp(self, lamp: LampName, lit: bool) -> None:
        for message in self._profile.lamp(lamp, lit):
            self._echoes.expect(message, time.monotonic())
            self._try_to_send(message)

    def _try_to_send(self, message: mido.Message | None) -> None:
        if message is None or self._connection is None or not self._standing.is_ready:
            return
        try:
            self._send(self._connection, message)
        except OSError as error:
            self._fail(error)

    def _send(
        self,
        connection: Connection,
        message: mido.Message,
        acts_for_s: float = 0.0,
        on_echo: Echoed | None = None,
    ) -> None:
        if self._watch is not None:
            self._watch.sent(message, acts_for_s, on_echo)
        connection.send(message)

    def _fail(self, error: OSError) -> None:
        self._pair = None  # the next look opens it anew
        if self._watch is not None:
            self._watch.stop()
        why = N_("sending to it failed: {why}").format(why=error)
        self._standing.become(DeviceState.UNREACHABLE, why)

    # Hearing

    def _hear(self, message: mido.Message, at: float) -> None:
        heard = self._profile.decode(message)
        match heard:
            case BoardKey() | BoardTap():
                self._hear_key(heard, message, at)
            case BoardDoor():
                if self.doors[heard.door].move(heard.state):
                    self._standing.tell()
            case BoardEcho():
                if self._watch is not None:
                    self._watch.hear_echo(message)
                    if self._watch.is_answering:
                        self.line.note_answer()
            case UnusableDevice():
                if self._watch is not None:
                    self._watch.give_up(heard.why)
            case IgnoredMessage():
                if message.type == "sysex":
                    self._hear_noise()
                if message.type not in UNREMARKABLE:
                    what = _OF_A_DIGIT if heard.is_of_a_digit else in_words(message)
                    self.line.ignore(what, heard.why)

    def _hear_dropped(self, count: int) -> None:
        self.line.note(LineFault.DROPPED, count)
        self._hear_noise()

    def _hear_noise(self) -> None:
        if self._watch is not None:
            self._watch.hear_noise()

    def _hear_key(self, heard: BoardKey | BoardTap, message: mido.Message, at: float) -> None:
        if not self._is_new(at):
            self.line.ignore("a key", "it was pressed before the device was opened")
            return
        begins = isinstance(heard, BoardTap) or heard.touched
        if isinstance(heard, BoardKey) and heard.is_pressure:
            if begins and heard.key in self._pressed:
                return  # the same touch, harder or softer
            (self._pressed.add if begins else self._pressed.discard)(heard.key)
        # The end of a touch counts even if it is an echo: a key must never seem to be held.
        if begins and self._echoes.is_one(message, at):
            self.line.ignore(in_words(message), "the echo of what lit a lamp")
            return
        self.keypad.touch(KeyTouch(heard.key, begins, at))
        if isinstance(heard, BoardTap):
            self.keypad.touch(KeyTouch(heard.key, False, at))

    def _is_new(self, at: float) -> bool:
        """Whether a key was pressed since the device was opened, rather than kept by it."""
        if self._fresh is not None:
            return self._fresh.is_new(at)
        if self._watch is None:
            return False
        if not self._watch.is_answering:
            self._watch.hear_old()
        return self._watch.is_answering


def _settle(echo: asyncio.Future[float | None], after_s: float | None) -> None:
    if not echo.done():  # whoever waited may have been cancelled
        echo.set_result(after_s)
