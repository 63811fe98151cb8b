"""The parts on a Pi's pins: contacts, lamps and a buzzer, each attached while its device is there.

A part outlives its connections: `attach` takes its pins, `detach` switches off and releases them.
Both, and `look`, happen on the event loop. `attach` and `look` raise the pin library's errors;
errors in between go to `on_trouble`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from boxd.config.device_schema import PinLevel
from boxd.debounce import Debounce
from boxd.devices import Confirmation, Door
from boxd.errors import DeviceUnreachable
from boxd.gpio.factory import PIN_ERRORS
from boxd.gpio.sections import GpioOutput, GpioSwitch
from boxd.gpio.wires import InputWire, OutputWire

OnTrouble = Callable[[Exception], None]


class PinPart(Protocol):
    """Something on pins."""

    def attach(self, factory: Any) -> None:
        """Take the pins."""

    def look(self) -> None:
        """Check whether an edge was missed."""

    def detach(self) -> None:
        """Switch off and release the pins; harmless if there are none."""


class PinContact:
    """A switch on a pin; `on_settled` gets whether it is closed, and since when.

    It also gets the first state that lasts after `attach`, with `is_first`.
    """

    def __init__(
        self,
        switch: GpioSwitch,
        on_settled: Callable[[bool, float, bool], None],
        on_trouble: OnTrouble,
    ) -> None:
        self._switch = switch
        self._on_settled = on_settled
        self._on_trouble = on_trouble
        self._wire: InputWire | None = None
        self._debounce: Debounce | None = None
        self._has_settled = False

    def attach(self, factory: Any) -> None:
        """Take the pin and begin to follow the contact."""
        loop = asyncio.get_running_loop()
        self._has_settled = False
        self._wire = InputWire(factory, self._switch.pin, self._switch.pull)
        self._debounce = Debounce(self._switch.debounce_ms / 1000, loop, self._level, self._settle)
        self._wire.watch(self._debounce.edge)
        self.look()

    def look(self) -> None:
        """Check whether an edge was missed."""
        if self._wire is not None and self._debounce is not None:
            self._debounce.look(self._wire.is_high)

    def detach(self) -> None:
        """Stop following the contact and release its pin."""
        if self._debounce is not None:
            self._debounce.stop()
        if self._wire is not None:
            self._wire.close()
        self._wire = self._debounce = None

    def _level(self) -> bool | None:
        try:
            return None if self._wire is None else self._wire.is_high
        except PIN_ERRORS as error:
            self._on_trouble(error)
            return None

    def _settle(self, level: bool, at: float) -> None:
        is_first, self._has_settled = not self._has_settled, True
        self._on_settled(level == (self._switch.closed is PinLevel.HIGH), at, is_first)


class DisabledLatch:
    """A latch of a device that is disabled in the configuration."""

    confirmation = Confirmation.BEGUN
    longest_s = 0.0

    def __init__(self, address: str, feedback: Door | None) -> None:
        self.address = address
        self.feedback = feedback

    async def pulse(self) -> None:
        """Always raises DeviceUnreachable."""
        raise DeviceUnreachable(
            f"{self.address}: its device is switched off in the configuration; nothing was sent"
        )


class PinLamp:
    """A lamp on a pin; its last state is shown again when its device returns."""

    def __init__(self, output: GpioOutput, on_trouble: OnTrouble) -> None:
        self._output = output
        self._on_trouble = on_trouble
        self._wire: OutputWire | None = None
        self._is_lit = False

    def set(self, lit: bool) -> None:
        """Light the lamp or put it out, now or when its device returns."""
        self._is_lit = lit
        try:
            self._show()
        except PIN_ERRORS as error:
            self._on_trouble(error)

    def attach(self, factory: Any) -> None:
        """Take the pin and show the last state."""
        self._wire = OutputWire(factory, self._output)
        self._show()

    def look(self) -> None:
        """Nothing to check: an output stays as it was set."""

    def detach(self) -> None:
        """Put the lamp out and release its pin."""
        if self._wire is not None:
            self._wire.close()
        self._wire = None

    def _show(self) -> None:
        if self._wire is not None:
            self._wire.switch(self._is_lit)


class PinBuzzer:
    """An active buzzer on a pin; silent while its device is away."""

    def __init__(self, output: GpioOutput, on_trouble: OnTrouble) -> None:
        self._output = output
        self._on_trouble = on_trouble
        self._wire: OutputWire | None = None
        self._end: asyncio.TimerHandle | None = None

    def sound(self, milliseconds: int) -> None:
        """Sound once; if it is sounding, the remaining time is this one."""
        if self._wire is None or milliseconds <= 0:
            return
        self._switch(True)
        self._silence_later(milliseconds / 1000)

    def attach(self, factory: Any) -> None:
        """Take the pin."""
        self._wire = OutputWire(factory, self._output)

    def look(self) -> None:
        """Nothing to check: an output stays as it was set."""

    def detach(self) -> None:
        """Be silent and release the pin."""
        if self._end is not None:
            self._end.cancel()
        if self._wire is not None:
            self._wire.close()
        self._wire = self._end = None

    def _silence_later(self, after_s: float) -> None:
        if self._end is not None:
            self._end.cancel()
        self._end = asyncio.get_running_loop().call_later(after_s, self._switch, False)

    def _switch(self, on: bool) -> None:
        try:
            if self._wire is not None:
                self._wire.switch(on)
        except PIN_ERRORS as error:
            self._on_trouble(error)
