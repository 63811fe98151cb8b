"""A simulated Arduino: the twin of the firmware behind a pseudo-terminal, as a unit of the box."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import time
import tty
from collections.abc import Callable

from boxd.config.device_schema import ArduinoDevice, PinLevel
from boxd.devices import DoorState, Key, LampName
from boxd.sim.arduino_firmware import EIGHT, SIX, ArduinoFirmware, Edge, Layout, Output
from boxd.sim.trace import Trace

_READ_BYTES = 4096


class SimulatedArduino:
    """One Arduino as its configuration describes it, with a power plug and a USB plug.

    `on_latch` is told, by the latch's name, when a coil gets or loses its current; `door_state`
    tells where the door behind one of its switches stands; `on_change` hears of every visible
    change. `reset`, `say`, `lose_replies` and `freeze` are what goes wrong with real ones.
    """

    def __init__(
        self,
        device: ArduinoDevice,
        trace: Trace,
        on_latch: Callable[[str, bool], None] = lambda _latch, _energised: None,
        door_state: Callable[[str], DoorState] = lambda _door: DoorState.CLOSED,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self.product = device.name
        self.port = device.port
        self.path: str | None = None  # of its pseudo-terminal, while it is plugged in
        self.board = device.board
        self.layout = layout_for(device)
        self.lamps = dict.fromkeys(LampName, False)
        self.sounds = 0
        self.is_sounding = False
        self._device = device
        self._trace = trace
        self._on_latch = on_latch
        self._door_state = door_state
        self._on_change = on_change
        self._latch_names = {section.number: name for name, section in device.latches.items()}
        self._lamp_names = {number: lamp for lamp, number in device.lamps.items()}
        self._firmware: ArduinoFirmware | None = None
        self._terminal: _Terminal | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._replies_to_lose = 0
        self._is_frozen = False

    def power_on(self) -> None:
        """Boot with every output off."""
        self._trace.write("power", self.product)
        for latch in self._device.latches:
            self._trace.write("power", self._address(latch))
        self._firmware = ArduinoFirmware(
            *(self.layout, self.board, self._contacts(), time.monotonic()),
            new_nonce=lambda: random.randrange(1, 1 << 32),  # noqa: S311 - no secret
            send=self._send,
            switched=self._switched,
        )

    def power_off(self) -> None:
        """Lose power: every output goes off."""
        if self._timer:
            self._timer.cancel()
        if self._firmware is not None:
            self._firmware.lose_power(time.monotonic())
            self._firmware = None
        self._on_change()

    def connect(self) -> None:
        """Appear on a new pseudo-terminal."""
        self._terminal = _Terminal(self._receive)
        self.path = self._terminal.path

    def disconnect(self) -> None:
        """Hang up; whoever has the line open notices at once."""
        self.path = None
        if self._terminal is not None:
            self._terminal.close()
            self._terminal = None

    def touch(self, _key: Key) -> None:
        """An Arduino has no keys."""

    def release(self, _key: Key) -> None:
        """An Arduino has no keys."""

    def report_door(self, door: str) -> None:
        """The door behind a switch has moved: its contact has another level."""
        section = self._device.doors.get(door)
        if section is not None and self._firmware is not None:
            high = self._is_high(door)
            self._firmware.set_contact(section.number, high, time.monotonic())
            self._wake_in_time()

    def reset(self) -> None:
        """Boot anew without losing the line, as after a dip of the voltage."""
        self.power_off()
        self.power_on()

    def say(self, data: bytes) -> None:
        """Send these bytes, whatever they are."""
        if self._terminal is not None:
            self._terminal.write(data)

    def lose_replies(self, count: int) -> None:
        """The next frames that it sends get lost on the way."""
        self._replies_to_lose = count

    def freeze(self, frozen: bool) -> None:
        """Hear nothing more, as with a broken wire, until it is let go."""
        self._is_frozen = frozen

    def _receive(self, data: bytes) -> None:
        if self._firmware is None or self._is_frozen:
            return
        self._trace.write("bytes", self.product, bytes=data.hex())
        self._firmware.receive(data, time.monotonic())
        self._wake_in_time()

    def _send(self, data: bytes) -> None:
        if self._replies_to_lose:
            self._replies_to_lose -= 1
        else:
            self.say(data)

    def _wake_in_time(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        due = self._firmware.next_due() if self._firmware else None
        if due is not None:
            wait = max(0.0, due - time.monotonic())
            self._timer = asyncio.get_running_loop().call_later(wait, self._wake)

    def _wake(self) -> None:
        if self._firmware is not None:
            self._firmware.advance(time.monotonic())
            self._wake_in_time()

    def _switched(self, edge: Edge) -> None:
        """Write down what an output did, at the time that the board's own clock gives it."""
        if edge.output is Output.LATCH:
            self._switch_latch(edge)
        elif edge.output is Output.LAMP:
            self._switch_lamp(edge)
        else:
            self._trace.write("buzzer", self.product, at=edge.at, on=edge.on)
            self.sounds += int(edge.on)
            self.is_sounding = edge.on
        self._on_change()

    def _switch_latch(self, edge: Edge) -> None:
        latch = self._latch_names.get(edge.number, f"latch-{edge.number}-of-the-board")
        self._trace.write("latch", self._address(latch), at=edge.at, level=int(edge.on))
        self._on_latch(latch, edge.on)

    def _switch_lamp(self, edge: Edge) -> None:
        lamp = self._lamp_names.get(edge.number)
        if lamp is not None:
            self.lamps[lamp] = edge.on
        named = str(lamp or edge.number)
        self._trace.write("lamp", self.product, at=edge.at, lamp=named, lit=edge.on)

    def _address(self, latch: str) -> str:
        return f"{self.product}.{latch}"

    def _contacts(self) -> int:
        """The levels of all contacts; one that nothing is wired to is pulled up."""
        levels = (1 << self.layout.doors) - 1
        for door, section in self._device.doors.items():
            if not self._is_high(door):
                levels &= ~(1 << (section.number - 1))
        return levels

    def _is_high(self, door: str) -> bool:
        is_closed = self._door_state(door) is DoorState.CLOSED
        return is_closed == (self._device.doors[door].closed is PinLevel.HIGH)


class _Terminal:
    """A pseudo-terminal: the board's end is read here, the other has a path."""

    def __init__(self, on_bytes: Callable[[bytes], None]) -> None:
        self._on_bytes = on_bytes
        self._end, self._kept = os.openpty()  # the kept one: without any reader it would hang up
        tty.setraw(self._kept)
        os.set_blocking(self._end, False)
        self.path = os.ttyname(self._kept)
        asyncio.get_running_loop().add_reader(self._end, self._read)

    def write(self, data: bytes) -> None:
        """Send bytes to whoever has the line open; what finds no room is lost, as on a wire."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._end, data)

    def close(self) -> None:
        """Hang up."""
        asyncio.get_running_loop().remove_reader(self._end)
        os.close(self._end)
        os.close(self._kept)

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._on_bytes(os.read(self._end, _READ_BYTES))


def layout_for(device: ArduinoDevice) -> Layout:
    """The layout of the firmware that somebody would flash for this configuration."""
    latches = [section.number for section in device.latches.values()]
    doors = [section.number for section in device.doors.values()]
    return EIGHT if max(*latches, *doors, 0, 0) > SIX.latches else SIX
