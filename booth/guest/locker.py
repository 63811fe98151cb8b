"""A locker on the chip's wires: a latch that lets go of its door, and the door's contact."""

from __future__ import annotations

import asyncio
import os

from booth.guest.chip import HEADER_LABEL, Chip
from booth.guest.edges import Edges
from boxd.sim.hardware_trace import Trace


class WiredLocker:
    """What hangs on two pins. The contact is closed, and low, while the door is shut.

    The latch's edges come from the kernel: however late this process is, none is missed. It has to
    be watched from before the pin is driven for the first time.
    """

    def __init__(self, chip: Chip, latch: int, door: int, address: str, trace: Trace) -> None:
        self.pulses = 0
        self._chip = chip
        self._latch = latch
        self._door = door
        self._address = address
        self._trace = trace
        self._is_energised = False
        self._edges = Edges(HEADER_LABEL)
        self._pipe: int | None = None
        chip.drive(latch, False)  # the resistor at the gate
        self.shut()

    def shut(self) -> None:
        """Shut the door."""
        self._chip.drive(self._door, False)
        self._trace.write("door", self._address, state="closed")

    def watch(self) -> None:
        """Do what a solenoid does, from now on."""
        self._trace.write("power", self._address)
        self._pipe = self._edges.open_pipe()
        asyncio.get_running_loop().add_reader(self._pipe, self._see)

    def close(self) -> None:
        """Do it no more."""
        if self._pipe is not None:
            asyncio.get_running_loop().remove_reader(self._pipe)
            os.close(self._pipe)
        self._edges.close()

    def _see(self) -> None:
        if self._pipe is None:
            return
        for edge in self._edges.read_pipe(self._pipe):
            if edge.line == self._latch and edge.level != self._is_energised:
                self._is_energised = edge.level
                self._trace.write("latch", self._address, at=edge.at, level=int(edge.level))
                if edge.level:
                    self._let_go()

    def _let_go(self) -> None:
        self.pulses += 1
        self._chip.drive(self._door, True)
        self._trace.write("door", self._address, state="open")
