"""Parts that are the same on every kind of device; they pass reports and orders on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from boxd.devices import DoorState, KeyTouch, LampName


class ReportedKeypad:
    """Keys whose touches their device reports.

    After a disconnect, keys that were held get no release. For `one_scan_s` see
    `Keypad.one_scan_s`.
    """

    def __init__(self, one_scan_s: float = 0.0) -> None:
        self.one_scan_s = one_scan_s
        self._listeners: list[Callable[[KeyTouch], None]] = []

    def subscribe(self, on_touch: Callable[[KeyTouch], None]) -> None:
        """Call `on_touch` for every touch and release from now on."""
        self._listeners.append(on_touch)

    def touch(self, touch: KeyTouch) -> None:
        """Report a touch to every subscriber."""
        for listener in self._listeners:
            listener(touch)


class ReportedReader:
    """A scanner whose texts its device reports."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[str], None]] = []

    @property
    def is_used(self) -> bool:
        """Whether anybody listens."""
        return bool(self._listeners)

    def subscribe(self, on_text: Callable[[str], None]) -> None:
        """Call `on_text` for every text from now on."""
        self._listeners.append(on_text)

    def read(self, text: str) -> None:
        """Report a text to every subscriber."""
        for listener in self._listeners:
            listener(text)


class ReportedDoor:
    """A door switch that its device reports; `unknown` until the first report."""

    def __init__(self) -> None:
        self._state = DoorState.UNKNOWN
        self._listeners: list[Callable[[DoorState], None]] = []

    @property
    def state(self) -> DoorState:
        """The last reported state."""
        return self._state

    def subscribe(self, on_change: Callable[[DoorState], None]) -> None:
        """Call `on_change` whenever the state changes."""
        self._listeners.append(on_change)

    def move(self, state: DoorState) -> bool:
        """Take a state from the device; a new one is reported. Returns whether it is new."""
        if state is self._state:
            return False
        self._state = state
        loop = asyncio.get_running_loop()
        for listener in self._listeners:
            loop.call_soon(listener, state)  # a listener that fails must not stop the watching
        return True


class DeviceLamp:
    """A lamp whose desired state its device keeps: `show` takes it, connected or not."""

    def __init__(self, name: LampName, show: Callable[[LampName, bool], None]) -> None:
        self._name = name
        self._show = show

    def set(self, lit: bool) -> None:
        """Light the lamp or put it out, now or when its device returns."""
        self._show(self._name, lit)


class DeviceBuzzer:
    """A buzzer that is silent while its device is away."""

    def __init__(self, sound: Callable[[int], None]) -> None:
        self._sound = sound

    def sound(self, milliseconds: int) -> None:
        """Sound once."""
        self._sound(milliseconds)
