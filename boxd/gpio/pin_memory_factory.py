"""gpiozero's mock pins with their levels in the pins' memory, where other processes see them."""

from __future__ import annotations

import select
import threading
from pathlib import Path
from typing import Any

from gpiozero.exc import PinFixedPull, PinInvalidPull
from gpiozero.pins.mock import MockFactory, MockPin, PinState

from boxd.gpio.pin_memory import MemoryPull, PinEdge, PinListener, PinMemory
from boxd.gpio.pin_memory_lines import claim

PI_4B = "c03115"  # which pins have resistors of their own differs between models

_PULLS = {"floating": MemoryPull.NONE, "up": MemoryPull.UP, "down": MemoryPull.DOWN}


class MemoryPin(MockPin):  # type: ignore[misc]  # gpiozero has no types
    """A mock pin for gpiozero, with its timeline; its level is in the memory.

    `drive_high` and `drive_low` act as something outside that drives the pin. Changes of an input
    are reported on the factory's own thread, as lgpio does it.
    """

    _last_change: float

    def __init__(self, factory: MemoryPinFactory, info: Any) -> None:
        super().__init__(factory, info)
        self.memory = factory.memory
        claim(self.memory, self._number)
        self.memory.make_input(self._number, _PULLS[self._pull])
        self._state = self.memory.level(self._number)
        self.clear_states()

    def close(self) -> None:
        """Become an input again, unless the factory was closed before."""
        if self._factory.is_open:
            super().close()

    def drive_high(self) -> None:
        """Drive the pin high from outside."""
        self.memory.drive(self._number, True)

    def drive_low(self) -> None:
        """Drive the pin low from outside."""
        self.memory.drive(self._number, False)

    def output_with_state(self, state: Any) -> None:
        """Become an output at this level, without another level in between."""
        self._function = "output"
        self._change_state(bool(state))

    def heard(self, edge: PinEdge) -> None:
        """The memory changed; called on the factory's thread."""
        if self._function != "input" or not self._record(edge.level, edge.at):
            return
        listener = self._when_changed  # the event loop may be stopping the watch just now
        method = listener() if listener is not None else None
        if method is not None and self._edges in ("both", "rising" if edge.level else "falling"):
            method(edge.at, edge.level)

    def _get_state(self) -> bool:
        return self.memory.level(self._number)

    def _set_function(self, value: str) -> None:
        if value == "output":
            self.output_with_state(False)  # as lgpio does
        else:
            super()._set_function(value)

    def _set_pull(self, value: str) -> None:
        if self._function != "input":
            raise PinFixedPull(f"cannot set pull on non-input pin {self!r}")
        if self.info.pull and value != self.info.pull:
            raise PinFixedPull(f"{self!r} has a fixed pull resistor")
        if value not in _PULLS:
            raise PinInvalidPull("pull must be floating, up, or down")
        self._pull = value
        self.memory.make_input(self._number, _PULLS[value])
        self._record(self._get_state(), self._factory.ticks())

    def _change_state(self, value: bool) -> bool:
        self.memory.make_output(self._number, value)
        return self._record(value, self._factory.ticks())

    def _record(self, level: bool, at: float) -> bool:
        if self._state == level:
            return False
        self._state = level
        self.states.append(PinState(at - self._last_change, level))
        self._last_change = at
        return True

    def _enable_event_detect(self) -> None:
        self._factory.begin_to_listen()


class MemoryPinFactory(MockFactory):  # type: ignore[misc]  # gpiozero has no types
    """Mock pins over the memory in `folder`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(revision=PI_4B, pin_class=MemoryPin)
        self.memory = PinMemory(folder)
        self._listener: PinListener | None = None
        self._thread: threading.Thread | None = None
        self._closing = False
        self.is_open = True

    def close(self) -> None:
        """Make every pin an input and release its line."""
        if self._listener and self._thread:
            self._closing = True
            self._listener.wake()
            self._thread.join()
            self._listener.close()
            self._listener = self._thread = None
        super().close()
        self.is_open = False
        self.memory.close()

    def begin_to_listen(self) -> None:
        """Report edges to the pins from now on; starts the thread once."""
        if self._thread is None:
            self._listener = self.memory.listen()
            self._thread = threading.Thread(
                target=self._tell, args=(self._listener,), name="simulated pins", daemon=True
            )
            self._thread.start()

    def _tell(self, listener: PinListener) -> None:
        while not self._closing:
            select.select([listener], [], [])
            for edge in listener.read():
                for pin in list(self.pins.values()):
                    if pin._number == edge.pin:
                        pin.heard(edge)
