"""A simulated Arduino that runs the real firmware in simavr."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from boxd.arduino.layouts import SIX
from boxd.arduino.sections import ArduinoDevice
from boxd.devices import DoorState
from boxd.sim import simavr
from boxd.sim.arduino_firmware import Output, OutputEdge
from boxd.sim.arduino_front import ArduinoFront
from boxd.sim.hardware_trace import Trace

log = structlog.get_logger(__name__)


class SimavrArduino(ArduinoFront):
    """One Arduino whose chip is simulated; `eeprom` is the file that keeps its memory.

    It is a process of its own. The trace has no host bytes, because its line does not pass through
    this program.
    """

    def __init__(
        self,
        device: ArduinoDevice,
        eeprom: Path,
        trace: Trace,
        on_latch: Callable[[str, bool], None] = lambda _latch, _energised: None,
        door_state: Callable[[str], DoorState] = lambda _door: DoorState.CLOSED,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(device, trace, on_latch, door_state, on_change)
        self._eeprom = eeprom
        self._chip: simavr.Simavr | None = None
        self._is_connected = False
        self._on: set[tuple[Output, int]] = set()

    def power_on(self) -> None:
        """Start the chip, with every output off. Raises BoxdError if simavr is missing."""
        self.boot()
        levels = self.contacts()
        self._eeprom.parent.mkdir(parents=True, exist_ok=True)
        self._chip = simavr.Simavr(
            self._eeprom,
            simavr.SIX if self.layout is SIX else simavr.EIGHT,
            board_id=self.device.board,
            doors=[levels >> door & 1 for door in range(self.layout.doors)],
        )
        self._chip.begin()
        asyncio.get_running_loop().add_reader(self._chip.fileno(), self._look)

    def power_off(self) -> None:
        """Take the chip's power: every output goes off, and its line hangs up."""
        if self._chip is not None:
            self._take_changes()
            asyncio.get_running_loop().remove_reader(self._chip.fileno())
            self._chip.stop()
            self._chip = None
        self._all_off(time.monotonic())

    def connect(self) -> None:
        """Make its line visible as soon as there is one."""
        self._is_connected = True
        self._show_line()

    def disconnect(self) -> None:
        """Hide its line; it hangs up with the power."""
        self._is_connected = False
        self._show_line()

    def reset(self) -> None:
        """Press the reset button."""
        if self._chip is not None:
            self._chip.reset()

    def report_door(self, door: str) -> None:
        """The door of a switch has moved: its contact has another level."""
        section = self.device.doors.get(door)
        if section is not None and self._chip is not None:
            self._chip.set_door(section.number, int(self.is_high(door)))

    def _look(self) -> None:
        self._take_changes()
        self._show_line()
        if self._chip is not None and self._chip.has_ended:
            # Otherwise its end would be reported again and again.
            asyncio.get_running_loop().remove_reader(self._chip.fileno())
            log.error("simavr.ended", device=self.product)
            self._all_off(time.monotonic())

    def _take_changes(self) -> None:
        for change in self._chip.changes() if self._chip else ():
            if isinstance(change, simavr.Boot):
                self._all_off(change.at)
            else:
                self._take(change)

    def _show_line(self) -> None:
        chip = self._chip if self._is_connected else None
        self.path = None if chip is None or chip.has_ended else chip.path

    def _take(self, change: simavr.PinChange) -> None:
        kind, _, number = change.pin.partition("-")
        output = Output(kind), int(number or 1)
        (self._on.add if change.level else self._on.discard)(output)
        self.switch(OutputEdge(*output, bool(change.level), change.at))

    def _all_off(self, at: float) -> None:
        for output in sorted(self._on):
            self.switch(OutputEdge(*output, False, at))
        self._on.clear()
