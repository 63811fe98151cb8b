"""The keypad, lamps, buzzer, latch and doors that a MIDI device offers to the rest of the box."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from boxd.devices import DoorState, KeyTouch, LampName


class Line(Protocol):
    """What the parts need of their device."""

    @property
    def product(self) -> str:
        """The device's name on the MIDI system."""

    def show(self, lamp: LampName, lit: bool) -> None:
        """Keep what a lamp should show, and send it if the device is there."""

    def sound(self, milliseconds: int) -> None:
        """Sound the buzzer if the device is there."""

    def pulse(self) -> None:
        """Send one latch pulse, or raise as `Latch.pulse` says."""


class MidiKeypad:
    """The keys of a MIDI device.

    Touches that begin and end while a CodeTV board pulses its latch (100 ms) are lost in the
    board. After a disconnect no release is made up for keys that were held.
    """

    def __init__(self) -> None:
        self._listeners: list[Callable[[KeyTouch], None]] = []

    def subscribe(self, on_touch: Callable[[KeyTouch], None]) -> None:
        """Call `on_touch` for every touch and release from now on."""
        self._listeners.append(on_touch)

    def touch(self, touch: KeyTouch) -> None:
        """Tell everybody who listens."""
        for listener in self._listeners:
            listener(touch)


class MidiLamp:
    """A lamp of a MIDI device; a board acts on it up to 100 ms late while its latch pulses."""

    def __init__(self, line: Line, name: LampName) -> None:
        self._line = line
        self._name = name

    def set(self, lit: bool) -> None:
        """Light the lamp or put it out, now or when its device returns."""
        self._line.show(self._name, lit)


class MidiBuzzer:
    """The buzzer of a MIDI device; silent while the device is away."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def sound(self, milliseconds: int) -> None:
        """Sound once."""
        self._line.sound(milliseconds)


class MidiLatch:
    """The latch on a CodeTV board: 100 ms, timed by the board, with no word back."""

    feedback = None

    def __init__(self, line: Line) -> None:
        self._line = line

    @property
    def address(self) -> str:
        """The board's product name."""
        return self._line.product

    async def pulse(self) -> None:
        """Send one pulse; DeviceUnreachable: nothing was sent, DeliveryUnknown: perhaps."""
        self._line.pulse()


class MidiDoor:
    """A door switch on a MIDI device; `unknown` until the device has spoken of it."""

    def __init__(self) -> None:
        self._state = DoorState.UNKNOWN
        self._listeners: list[Callable[[DoorState], None]] = []

    @property
    def state(self) -> DoorState:
        """What the switch said last."""
        return self._state

    def subscribe(self, on_change: Callable[[DoorState], None]) -> None:
        """Call `on_change` whenever the state changes."""
        self._listeners.append(on_change)

    def move(self, state: DoorState) -> bool:
        """Take a state from the device; tell the listeners, and return, whether it is new."""
        if state is self._state:
            return False
        self._state = state
        loop = asyncio.get_running_loop()
        for listener in self._listeners:
            loop.call_soon(listener, state)  # a listener that fails must not stop the watching
        return True
