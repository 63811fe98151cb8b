"""Follows the simulated pins' outputs, also across the death of the program that follows them."""

from __future__ import annotations

import asyncio
import os
import struct
from collections.abc import Callable, Mapping
from pathlib import Path

from boxd.gpio.pin_memory import PinListener, PinMemory

_PLACE = struct.Struct("=QI")


class OutputWatch:
    """Calls `on_switch` with pin, on, and time for each output that is switched.

    `outputs` has for each pin the level that switches it on; a pin that the Pi does not drive is
    off, because every gate has a resistor. The file `place` records which edges were seen, so that
    none is lost between the death of one program and the start of the next.
    """

    def __init__(
        self,
        outputs: Mapping[int, bool],
        on_switch: Callable[[int, bool, float], None],
        place: Path,
    ) -> None:
        self._outputs = outputs
        self._on_switch = on_switch
        self._place = place
        self._memory: PinMemory | None = None
        self._listener: PinListener | None = None
        self._file: int | None = None
        self._next = 0
        self.on: frozenset[int] = frozenset()

    def resume(self) -> bool:
        """Whether a program followed these outputs until it died; `on` is what it saw last."""
        try:
            self._next, mask = _PLACE.unpack(self._place.read_bytes())
        except (FileNotFoundError, struct.error):
            return False
        self.on = frozenset(pin for pin in self._outputs if mask >> pin & 1)
        return True

    def open(self, memory: PinMemory, *, is_resumed: bool) -> None:
        """Follow the outputs; reports missed edges if resumed, and the present levels."""
        self._memory, self._listener = memory, memory.listen()
        now = memory.edges()[1]
        self._next = min(self._next, now) if is_resumed else now
        self._file = os.open(self._place, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o660)
        self._tell()
        loop = asyncio.get_running_loop()
        for pin, on_level in self._outputs.items():
            is_on = memory.is_output(pin) and memory.level(pin) == on_level
            self._switch(pin, is_on, loop.time())
        loop.add_reader(self._listener.fileno(), self._hear)

    def close(self) -> None:
        """Stop following; all that they drive is off."""
        if self._listener is None:
            return
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listener.fileno())
        self._listener.close()
        self._memory = self._listener = None
        for pin in self.on:
            self._switch(pin, False, loop.time())
        if self._file is not None:
            os.close(self._file)
            self._file = None
        self._place.unlink(missing_ok=True)

    def _hear(self) -> None:
        if self._listener is not None:
            self._listener.read()  # only to be woken again: the edges are counted here
            self._tell()

    def _tell(self) -> None:
        if self._memory is None:
            return
        edges, self._next = self._memory.edges(self._next)
        first = self._next - len(edges)
        for number, edge in enumerate(edges, first):
            on_level = self._outputs.get(edge.pin)
            if on_level is not None:
                self._switch(edge.pin, edge.driven and edge.level == on_level, edge.at)
                self._remember(number + 1)
        self._remember(self._next)

    def _remember(self, number: int) -> None:
        mask = sum(1 << pin for pin in self.on)
        if self._file is not None:
            os.pwrite(self._file, _PLACE.pack(number, mask), 0)

    def _switch(self, pin: int, on: bool, at: float) -> None:
        if on != (pin in self.on):
            self.on = self.on | {pin} if on else self.on - {pin}
            self._on_switch(pin, on, at)
