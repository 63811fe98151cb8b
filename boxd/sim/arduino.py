"""A simulated Arduino: the firmware in Python behind a pseudo-terminal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import time
import tty
from collections.abc import Callable

from boxd.arduino.frames import FrameStream
from boxd.arduino.messages import Ping
from boxd.arduino.sections import ArduinoDevice
from boxd.devices import DoorState
from boxd.sim.arduino_firmware import PythonFirmware
from boxd.sim.arduino_front import ArduinoFront
from boxd.sim.trace import Trace

_READ_BYTES = 4096


class SimulatedArduino(ArduinoFront):
    """One Arduino with a power plug and a USB plug.

    `reset`, `say`, `lose_replies` and `freeze` are faults of real boards. The trace has the
    commands that it hears, but not the pings of a host that is only there.
    """

    def __init__(
        self,
        device: ArduinoDevice,
        trace: Trace,
        on_latch: Callable[[str, bool], None] = lambda _latch, _energised: None,
        door_state: Callable[[str], DoorState] = lambda _door: DoorState.CLOSED,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(device, trace, on_latch, door_state, on_change)
        self.board = device.board
        self._firmware: PythonFirmware | None = None
        self._terminal: _Terminal | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._overheard = FrameStream()
        self._replies_to_lose = 0
        self._is_frozen = False

    def power_on(self) -> None:
        """Boot with every output off."""
        self.boot()
        self._firmware = PythonFirmware(
            layout=self.layout,
            board=self.board,
            contacts=self.contacts(),
            now=time.monotonic(),
            new_nonce=lambda: random.randrange(1, 1 << 32),  # noqa: S311 - no secret
            send=self._send,
            switched=self.switch,
        )

    def power_off(self) -> None:
        """Lose power: every output goes off."""
        if self._timer:
            self._timer.cancel()
        if self._firmware is not None:
            self._firmware.lose_power(time.monotonic())
            self._firmware = None

    def connect(self) -> None:
        """Appear on a new pseudo-terminal."""
        self._terminal = _Terminal(self._receive)
        self.path = self._terminal.path

    def disconnect(self) -> None:
        """Hang up; a program that has the line open notices at once."""
        self.path = None
        if self._terminal is not None:
            self._terminal.close()
            self._terminal = None

    def report_door(self, door: str) -> None:
        """The door of a switch has moved: its contact has another level."""
        section = self.device.doors.get(door)
        if section is not None and self._firmware is not None:
            high = self.is_high(door)
            self._firmware.set_contact(section.number, high, time.monotonic())
            self._wake_in_time()

    def reset(self) -> None:
        """Reboot without losing the line, as after a voltage dip."""
        self.power_off()
        self.power_on()

    def say(self, data: bytes) -> None:
        """Send any bytes."""
        if self._terminal is not None:
            self._terminal.write(data)

    def lose_replies(self, count: int) -> None:
        """Lose the next frames that it sends."""
        self._replies_to_lose = count

    def freeze(self, frozen: bool) -> None:
        """Hear nothing more, as with a broken wire, until it is released."""
        self._is_frozen = frozen

    def _receive(self, data: bytes) -> None:
        if self._firmware is None or self._is_frozen:
            return
        for frame in self._overheard.feed(data):
            if frame.kind != Ping.KIND:  # four per second: 40 MB a day of nothing
                self.trace.write("bytes", self.product, bytes=frame.to_bytes().hex())
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


class _Terminal:
    """A pseudo-terminal: the board's end is read here, the other end has a path."""

    def __init__(self, on_bytes: Callable[[bytes], None]) -> None:
        self._on_bytes = on_bytes
        self._end, self._kept = os.openpty()  # without any reader it would hang up
        tty.setraw(self._kept)
        os.set_blocking(self._end, False)
        self.path = os.ttyname(self._kept)
        asyncio.get_running_loop().add_reader(self._end, self._read)

    def write(self, data: bytes) -> None:
        """Send bytes to the reader; bytes that find no room are lost, as on a wire."""
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
