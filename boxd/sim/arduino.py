"""A simulated Arduino: the firmware in Python behind a pseudo-terminal."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable

from boxd.arduino.frames import FrameStream
from boxd.arduino.messages import Ping
from boxd.arduino.sections import ArduinoDevice
from boxd.devices import DoorState
from boxd.sim.arduino_firmware import PythonFirmware
from boxd.sim.arduino_front import ArduinoFront
from boxd.sim.hardware_trace import Trace
from boxd.sim.terminal import Terminal


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
        self._terminal: Terminal | None = None
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
        self._terminal = Terminal(self._receive)
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
