"""A locker on the chip's wires: a latch that lets go of its door, and the door's contact."""

from __future__ import annotations

import asyncio

from booth.guest.chip import Chip
from boxd.sim.trace import Trace

LOOK_EVERY_S = 0.01  # no pulse is shorter, and these are fifteen times as long


class WiredLocker:
    """What hangs on two pins. The contact is closed, and low, while the door is shut."""

    def __init__(self, chip: Chip, latch: int, door: int, address: str, trace: Trace) -> None:
        self.pulses = 0
        self._chip = chip
        self._latch = latch
        self._door = door
        self._address = address
        self._trace = trace
        self._is_energised = False
        chip.drive(latch, False)  # the resistor at the gate
        self.shut()

    def shut(self) -> None:
        """Shut the door."""
        self._chip.drive(self._door, False)
        self._trace.write("door", self._address, state="closed")

    async def watch(self) -> None:
        """Do what a solenoid does, for ever."""
        self._trace.write("power", self._address)
        while True:
            energised = self._chip.is_high(self._latch)
            if energised != self._is_energised:
                self._is_energised = energised
                self._trace.write("latch", self._address, level=int(energised))
                if energised:
                    self._let_go()
            await asyncio.sleep(LOOK_EVERY_S)

    def _let_go(self) -> None:
        self.pulses += 1
        self._chip.drive(self._door, True)
        self._trace.write("door", self._address, state="open")
