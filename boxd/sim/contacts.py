"""Simulated contacts between pins, or from a pin to ground or supply; they bounce like metal."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from boxd.config.device_schema import PinLevel
from boxd.gpio.pin_memory import PinMemory
from boxd.gpio.sections import GpioSwitch, Pull

DOOR_BOUNCES_S = (0.001, 0.002, 0.003, 0.004, 0.003, 0.002)
"""Times between the edges of a door's switch: seven within 15 ms, an even number of times."""

KEY_BOUNCES_S = (0.0005, 0.0005, 0.001, 0.001)
"""The same for a key; shorter, because a finger may rest for 40 ms only."""


class SimulatedContact:
    """A contact that bounces when it moves; while it is unplugged, no pin sees it."""

    def __init__(self, bounces_s: Sequence[float]) -> None:
        self.is_closed = False
        self._bounces_s = bounces_s
        self._memory: PinMemory | None = None
        self._steps: list[asyncio.TimerHandle] = []

    def plug(self, memory: PinMemory) -> None:
        """Connect its wires: the pins see its state, without bounces."""
        self._memory = memory
        self._show(self.is_closed)

    def unplug(self) -> None:
        """Disconnect its wires."""
        self._end_bounces()
        if self._memory is not None:
            self._vanish(self._memory)
        self._memory = None

    def move(self, closed: bool) -> None:
        """Close or open it, with bounces."""
        if closed == self.is_closed:
            return
        self.is_closed = closed
        if self._memory is None:
            return
        self._end_bounces()
        self._show(closed)
        loop, after_s, level = asyncio.get_running_loop(), 0.0, closed
        for gap_s in self._bounces_s:
            after_s += gap_s
            level = not level
            self._steps.append(loop.call_later(after_s, self._show, level))

    def _end_bounces(self) -> None:
        for step in self._steps:
            step.cancel()
        self._steps.clear()

    def _show(self, closed: bool) -> None:
        if self._memory is not None:
            self._wire(self._memory, closed)

    def _wire(self, memory: PinMemory, closed: bool) -> None:
        raise NotImplementedError

    def _vanish(self, memory: PinMemory) -> None:
        raise NotImplementedError


class SimulatedSwitch(SimulatedContact):
    """A contact from one pin to ground or supply, as the configuration says."""

    def __init__(self, switch: GpioSwitch, bounces_s: Sequence[float]) -> None:
        super().__init__(bounces_s)
        self._switch = switch

    def _wire(self, memory: PinMemory, closed: bool) -> None:
        high = closed == (self._switch.closed is PinLevel.HIGH)
        is_held = self._switch.pull is (Pull.UP if high else Pull.DOWN)
        # To the pin's pull level; without a pull a resistor outside of the Pi drives it.
        memory.drive(self._switch.pin, None if is_held else high)

    def _vanish(self, memory: PinMemory) -> None:
        memory.drive(self._switch.pin, None)


class SimulatedCrossing(SimulatedContact):
    """A key of a matrix: when closed, it connects its row to its column."""

    def __init__(self, row: int, column: int, bounces_s: Sequence[float]) -> None:
        super().__init__(bounces_s)
        self._row = row
        self._column = column

    def _wire(self, memory: PinMemory, closed: bool) -> None:
        (memory.connect if closed else memory.disconnect)(self._row, self._column)

    def _vanish(self, memory: PinMemory) -> None:
        memory.disconnect(self._row, self._column)
