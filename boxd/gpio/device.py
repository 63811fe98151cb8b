"""One configured device on the Pi's pins: its parts, attached while the pins are available."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from boxd.config.device_schema import PinLevel
from boxd.device_line import DeviceLine
from boxd.device_parts import ReportedDoor, ReportedKeypad
from boxd.device_state import StatusTracker
from boxd.devices import DeviceState, DeviceStatus, DoorState, Key, KeyTouch, Latch
from boxd.gpio.factory import PIN_ERRORS
from boxd.gpio.guarded import STARTING, Guard, GuardedLatch
from boxd.gpio.keypad import PinMatrix
from boxd.gpio.outputs import OutputPin
from boxd.gpio.parts import DisabledLatch, PinBuzzer, PinContact, PinLamp, PinPart
from boxd.gpio.sections import GpioDevice, GpioLatch, GpioSwitch

_Part = TypeVar("_Part", bound=PinPart)


class PinDevice:
    """A device's parts and its state.

    `guard` pulses the latches of all devices; while it can't, the other parts still work.
    `on_trouble` is called on the event loop when pins fail between two looks.
    """

    reader = None
    restart_sensor = None

    def __init__(
        self,
        device: GpioDevice,
        guard: Guard | None,
        on_change: Callable[[], None],
        on_trouble: Callable[[Exception], None],
    ) -> None:
        self.name = device.name
        self._on_trouble = on_trouble
        self._standing = StatusTracker(
            device.name, device.kind, device.port, on_change, enabled=device.enabled
        )
        self.line = DeviceLine()
        self._is_attached = False
        self._pins_why = ""
        self._guard = guard if device.latches else None
        self._parts: list[PinPart] = []
        self._contacts: list[ReportedDoor] = []
        self.keypad = ReportedKeypad() if device.key_names else None
        self.doors = {name: self._door(switch) for name, switch in device.doors.items()}
        self.latches = {name: self._latch(name, latch) for name, latch in device.latches.items()}
        self.lamps = {
            name: self._put(PinLamp(lamp, on_trouble)) for name, lamp in device.lamps.items()
        }
        self.buzzer = self._put(PinBuzzer(device.buzzer, on_trouble)) if device.buzzer else None
        for key, switch in device.keys.items():
            self._put(PinContact(switch, partial(self._key_settled, key), on_trouble))
        if device.matrix is not None:
            self._put(PinMatrix(device.matrix, self._touched, on_trouble))

    @property
    def status(self) -> DeviceStatus:
        """The device's state, since when, and why."""
        return self._standing.status

    @property
    def is_waiting(self) -> bool:
        """Whether it is to be attached."""
        return self._standing.is_enabled and not self._is_attached

    @property
    def is_attached(self) -> bool:
        """Whether it has its pins."""
        return self._is_attached

    def attach(self, factory: Any) -> None:
        """Take the pins and show the desired lamps, or become unreachable."""
        try:
            for part in self._parts:
                part.attach(factory)
        except PIN_ERRORS as error:
            self.lose(str(error))
            return
        self._is_attached, self._pins_why = True, ""
        self.stand()

    def look(self) -> None:
        """Find what no edge reported. Raises one of PIN_ERRORS if the pins are gone."""
        if self._is_attached:
            for part in self._parts:
                part.look()

    def lose(self, why: str) -> None:
        """Release the pins; the device becomes unreachable because of `why`."""
        if not self._standing.is_enabled:
            return
        self._let_go()
        self._pins_why = why
        self.stand()
        moved = [door.move(DoorState.UNKNOWN) for door in self._contacts]
        if any(moved):
            self._standing.tell()

    def stand(self) -> None:
        """Take the state that follows from the pins and from the guard."""
        if not self._standing.is_enabled:
            return
        guard_why = self._guard.why_unusable if self._guard else ""
        if self._pins_why or guard_why not in ("", STARTING):
            self._standing.become(DeviceState.UNREACHABLE, self._pins_why or guard_why)
        elif self._is_attached and not guard_why:
            self._standing.become(DeviceState.READY)

    def close(self) -> None:
        """Switch every output off and release the pins."""
        self._let_go()

    def _put(self, part: _Part) -> _Part:
        self._parts.append(part)
        return part

    def _door(self, switch: GpioSwitch) -> ReportedDoor:
        door = ReportedDoor()
        self._contacts.append(door)
        self._put(PinContact(switch, partial(self._door_settled, door), self._on_trouble))
        return door

    def _latch(self, name: str, latch: GpioLatch) -> Latch:
        address = f"{self.name}.{name}"
        feedback = self._door(latch.feedback) if latch.feedback else None
        if self._guard is None:
            return DisabledLatch(address, feedback)
        return GuardedLatch(self._guard, guarded(latch), address, latch.on_ms, feedback)

    def _door_settled(self, door: ReportedDoor, closed: bool, _at: float, _first: bool) -> None:
        if door.move(DoorState.CLOSED if closed else DoorState.OPEN):
            self._standing.tell()

    def _key_settled(self, key: Key, closed: bool, at: float, is_first: bool) -> None:
        if not is_first:  # a key that is held when the watching begins was not touched
            self._touched(KeyTouch(key, closed, at))

    def _touched(self, touch: KeyTouch) -> None:
        if self.keypad is not None:
            # Not called right here: a listener that fails must not stop the watching.
            asyncio.get_running_loop().call_soon(self.keypad.touch, touch)

    def _let_go(self) -> None:
        self._is_attached = False
        for part in self._parts:
            part.detach()


def guarded(latch: GpioLatch) -> OutputPin:
    """The latch's pin in the guard's form."""
    return OutputPin(latch.pin, latch.on is PinLevel.HIGH, latch.hold_ms is not None)
