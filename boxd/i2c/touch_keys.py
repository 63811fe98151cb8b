"""The keys of a touch sensor."""

from __future__ import annotations

from collections.abc import Callable

from boxd.device_line import Ignored
from boxd.device_parts import DeviceLamp, ReportedDoor, ReportedKeypad
from boxd.devices import KeyTouch, LampName
from boxd.fresh_keys import FreshKeys
from boxd.i2c import mpr121
from boxd.i2c.port import Transfer
from boxd.i2c.sections import TouchSensor

ONE_LOOK_S = 0.004
"""A finger between two pads touches both in one look; they have the same time then."""


class TouchKeys:
    """A sensor's keys. `ignore` takes touches that mean nothing, with the reason."""

    product = "MPR121"
    check = mpr121.CHECK
    look = mpr121.LOOK
    dark: tuple[Transfer, ...] = ()

    def __init__(self, section: TouchSensor, ignore: Ignored, _wake: Callable[[], None]) -> None:
        self.keypad = ReportedKeypad(ONE_LOOK_S)
        self.lamps: dict[LampName, DeviceLamp] = {}
        self.doors: dict[str, ReportedDoor] = {}
        self.set_up = mpr121.set_up(section.touch, section.release)
        self._key_of = {electrode: key for key, electrode in section.keys.items()}
        self._ignore = ignore
        self._down: frozenset[int] | None = None
        self._held: set[int] = set()
        self._fresh = FreshKeys(0.0)

    def is_set_up(self, checked: bytes) -> bool:
        """Whether it runs with our settings."""
        return mpr121.is_running(checked)

    def why_unusable(self, looked: bytes) -> str:
        """A sensor without its resistor feels nothing."""
        if not mpr121.has_overcurrent(looked):
            return ""
        return "it measures nothing: its resistor at REXT (75 kilohm) is missing or shorted"

    def begin(self, at: float) -> None:
        """Begin again: what is touched at the first look was touched before."""
        self._down, self._fresh = None, FreshKeys(at)
        self._held.clear()

    def hear(self, looked: bytes, at: float) -> bool:
        """Report the keys that were touched or let go since the last look."""
        down = mpr121.touched(looked)
        before, self._down = self._down, down
        if before is not None:
            for electrode in sorted(down ^ before):
                self._move(electrode, electrode in down, at)
        return False

    def output(self) -> Transfer | None:
        """It has no outputs."""
        return None

    def shown(self, output: Transfer) -> None:
        """It has no outputs."""

    def lose(self) -> bool:
        """Keys that are held get no release."""
        self._held.clear()
        return False

    def _move(self, electrode: int, touched: bool, at: float) -> None:
        key = self._key_of.get(electrode)
        if not touched:
            if key is not None and electrode in self._held:
                self.keypad.touch(KeyTouch(key, False, at))
            self._held.discard(electrode)
        elif key is None:
            self._ignore(f"electrode {electrode}", "no key of the box is on this electrode")
        elif not self._fresh.is_new(at):
            self._ignore(f"key {key}", "it was touched before the device was ready")
        else:
            self._held.add(electrode)
            self.keypad.touch(KeyTouch(key, True, at))
