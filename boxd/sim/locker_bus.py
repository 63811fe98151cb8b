"""Simulated locker boards on a simulated RS485 line: a pseudo-terminal that all of them hear."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable, Mapping

from boxd.devices import DoorState, Key, LampName
from boxd.lockerbus.codec import OpenLock, Order, find_order, reply_bytes
from boxd.lockerbus.sections import BoardProtocol, LockerBoardDevice
from boxd.sim.terminal import Terminal
from boxd.sim.unit import Wiring

PULSE_MS = 500  # as the boards' documents say of themselves
ANSWERS_AFTER_S = 0.02
OPENED_AFTER_S = 0.06  # longer than a door takes to move
NOISE = b"\x8a\xff\x00\x02\x75"


class SimulatedLockerBoard:
    """One board. `say` puts bytes on the line; the adapter that it is wired to sets it."""

    sounds = 0
    is_sounding = False

    def __init__(self, device: LockerBoardDevice, wiring: Wiring) -> None:
        self.product = device.name
        self.device = device
        self.lamps = dict.fromkeys(LampName, False)
        self.say: Callable[[bytes], None] = lambda _data: None
        self._wiring = wiring
        self._on_latch = wiring.coils(device, dict.fromkeys(device.latches, PULSE_MS))
        self._names = {lock: name for name, lock in device.latches.items()}
        self._pulses: dict[int, asyncio.TimerHandle] = {}
        self._has_power = False
        self._is_deaf = False
        self._replies_to_lose = 0
        self._noise = b""

    @property
    def own_faults(self) -> Mapping[str, Callable[[], None]]:
        """What goes wrong on such a line."""
        return {
            "deaf": self.deafen,
            "lose-reply": self.lose_reply,
            "noise": self.make_noise,
            "quiet": self.heal,
        }

    def deafen(self) -> None:
        """Hear nothing more, until `heal`."""
        self._is_deaf = True

    def lose_reply(self) -> None:
        """Act on the next order, and lose its reply in a collision."""
        self._replies_to_lose += 1

    def make_noise(self) -> None:
        """Garble the line before every reply, until `heal`."""
        self._noise = NOISE

    def heal(self) -> None:
        """Work again."""
        self._is_deaf, self._noise, self._replies_to_lose = False, b"", 0

    def power_on(self) -> None:
        """Start with every coil off."""
        self._has_power = True
        for name in self.device.latches:
            self._wiring.trace.write("power", f"{self.product}.{name}")

    def power_off(self) -> None:
        """Lose power: every coil goes off."""
        self._has_power = False
        for lock, timer in list(self._pulses.items()):
            timer.cancel()
            self._end_pulse(lock)

    def touch(self, _key: Key) -> None:
        """It has no keys."""

    def release(self, _key: Key) -> None:
        """It has no keys."""

    def report_door(self, _door: str) -> None:
        """It reports nothing by itself: it is asked."""

    def hear(self, order: Order) -> None:
        """Act on an order, if it is meant."""
        if not self._has_power or self._is_deaf or order.board != self.device.board:
            return
        wait_s = ANSWERS_AFTER_S
        if isinstance(order, OpenLock):
            self._begin_pulse(order.lock)
            wait_s = OPENED_AFTER_S
        asyncio.get_running_loop().call_later(wait_s, self._answer, order)

    def _answer(self, order: Order) -> None:
        if not self._has_power:
            return
        if self._replies_to_lose:
            self._replies_to_lose -= 1
            return
        count = 24 if self.device.protocol is BoardProtocol.HEADER_8A else 48
        self.say(self._noise + reply_bytes(self.device.protocol, order, self._contacts(), count))

    def _contacts(self) -> int:
        """The contacts of the locks; one without wires is open."""
        is_closed_when_shut = self.device.contact_closed_when == "locked"
        bits = 0
        for name, lock in (*self.device.latches.items(), *self.device.doors.items()):
            is_shut = self._wiring.door_state(name) is DoorState.CLOSED
            if is_shut == is_closed_when_shut:
                bits |= 1 << (lock - 1)
            elif name in self.device.doors:
                bits &= ~(1 << (lock - 1))
        return bits

    def _begin_pulse(self, lock: int) -> None:
        if lock in self._pulses:
            return
        loop = asyncio.get_running_loop()
        self._pulses[lock] = loop.call_later(PULSE_MS / 1000, self._end_pulse, lock)
        self._switch(lock, True)

    def _end_pulse(self, lock: int) -> None:
        # A board goes by its own clock; this program may have been held up for seconds.
        self._switch(lock, False, self._pulses.pop(lock).when())

    def _switch(self, lock: int, energised: bool, at: float | None = None) -> None:
        name = self._names.get(lock, f"unwired-{lock}")
        self._wiring.trace.write("latch", f"{self.product}.{name}", at=at, level=int(energised))
        self._on_latch(name, energised)


class SimulatedAdapters:
    """RS485 adapters by their ports, each with the boards on its line.

    With `echoes` they send back what they are given, as cheap ones do.
    """

    def __init__(self, *, echoes: bool = False) -> None:
        self._echoes = echoes
        self._boards: dict[str, list[SimulatedLockerBoard]] = {}
        self._terminals: dict[str, Terminal] = {}
        self._heard: dict[str, bytearray] = {}

    def plug(self, unit: SimulatedLockerBoard) -> None:
        """Wire a board to the line; the first one brings the adapter with it."""
        port = unit.device.port
        boards = self._boards.setdefault(port, [])
        boards.append(unit)
        if port not in self._terminals:
            self._heard[port] = bytearray()
            self._terminals[port] = Terminal(lambda data: self._hear(port, data))
        unit.say = self._terminals[port].write

    def unplug(self, unit: SimulatedLockerBoard) -> None:
        """Take a board off the line; the last one takes the adapter with it."""
        port = unit.device.port
        unit.say = lambda _data: None
        self._boards[port].remove(unit)
        if not self._boards[port]:
            self._terminals.pop(port).close()

    def is_plugged(self, unit: SimulatedLockerBoard) -> bool:
        """Whether the board is on the line."""
        return unit in self._boards.get(unit.device.port, ())

    def path_of(self, port: str) -> str:
        """The path at which an adapter can be opened. Raises OSError."""
        if port not in self._terminals:
            raise FileNotFoundError(errno.ENOENT, "nothing is plugged in", port)
        return self._terminals[port].path

    def _hear(self, port: str, data: bytes) -> None:
        if self._echoes:
            self._terminals[port].write(data)
        heard = self._heard[port]
        heard += data
        protocol = self._boards[port][0].device.protocol
        while (found := find_order(protocol, bytes(heard))) is not None:
            order, end = found
            del heard[:end]
            for board in tuple(self._boards[port]):
                board.hear(order)
