"""Devices as the registry hands them out: their events are reported, and a test can borrow them.

During a test the bay gets none of its touches, and only the test sets lamps and buzzer. What the
bay sets meanwhile is remembered, and shown when the test ends.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from boxd.bays.device_events import DeviceEvents, What
from boxd.devices import (
    Buzzer,
    Confirmation,
    Device,
    DeviceState,
    DeviceStatus,
    Door,
    DoorState,
    Keypad,
    KeyTouch,
    Lamp,
    LampName,
    Latch,
    Reader,
)
from boxd.errors import DeliveryUnknown, DeviceUnreachable

Tell = Callable[[What, str, str, str], None]

_FEEDBACK_WORDS = {
    DoorState.OPEN: "let go",
    DoorState.CLOSED: "holds",
    DoorState.UNKNOWN: "unknown",
}


class MonitoredKeypad:
    """A keypad whose touches can be withheld from the bay."""

    def __init__(self, keypad: Keypad, tell: Tell) -> None:
        self._tell = tell
        self._listeners: list[Callable[[KeyTouch], None]] = []
        self.is_withheld = False
        self.one_scan_s = keypad.one_scan_s
        keypad.subscribe(self._hear)

    def subscribe(self, on_touch: Callable[[KeyTouch], None]) -> None:
        """Call `on_touch` for every touch and release that is not withheld."""
        self._listeners.append(on_touch)

    def _hear(self, touch: KeyTouch) -> None:
        self._tell(What.KEY, touch.key, "touched" if touch.touched else "released", "")
        # A release types nothing, and without it a key that was held before would count as stuck.
        if touch.touched and self.is_withheld:
            return
        for listener in self._listeners:
            listener(touch)


class MonitoredReader:
    """A scanner whose texts can be withheld from the bay. They may be codes: none is reported."""

    def __init__(self, reader: Reader, tell: Tell) -> None:
        self._reader = reader
        self._tell = tell
        self._listeners: list[Callable[[str], None]] = []
        self.is_withheld = False

    def subscribe(self, on_text: Callable[[str], None]) -> None:
        """Call `on_text` for every text that is not withheld."""
        if not self._listeners:
            self._reader.subscribe(self._read)  # only now: a number pad reads nothing
        self._listeners.append(on_text)

    def _read(self, text: str) -> None:
        self._tell(What.SCAN, "text", f"{len(text)} characters", "")
        if not self.is_withheld:
            for listener in self._listeners:
                listener(text)


class MonitoredLamp:
    """A lamp that a test can borrow."""

    def __init__(self, lamp: Lamp, name: LampName, tell: Tell) -> None:
        self._lamp = lamp
        self._name = name
        self._tell = tell
        self._wanted = False
        self._is_borrowed = False

    def set(self, lit: bool) -> None:
        """Light the lamp or put it out; during a test, after its end."""
        self._wanted = lit
        if not self._is_borrowed:
            self._show(lit)

    def borrow(self, lit: bool) -> None:
        """Show this until `give_back`, whatever is set meanwhile."""
        self._is_borrowed = True
        self._show(lit)

    def give_back(self) -> None:
        """Show again what the bay wants."""
        self._is_borrowed = False
        self._show(self._wanted)

    def send_again(self) -> None:
        """Send the present state again, to find out whether it can be sent."""
        if not self._is_borrowed:
            self._lamp.set(self._wanted)

    def _show(self, lit: bool) -> None:
        self._lamp.set(lit)
        self._tell(What.LAMP, self._name, "lit" if lit else "out", "")


class MonitoredBuzzer:
    """A buzzer that a test can borrow; the bay's sounds meanwhile are dropped."""

    def __init__(self, buzzer: Buzzer, tell: Tell) -> None:
        self._buzzer = buzzer
        self._tell = tell
        self.is_borrowed = False

    def sound(self, milliseconds: int) -> None:
        """Sound once, unless a test has the buzzer."""
        if not self.is_borrowed:
            self.test(milliseconds)

    def test(self, milliseconds: int) -> None:
        """Sound once, for a test."""
        self._buzzer.sound(milliseconds)
        self._tell(What.BUZZER, "", f"{milliseconds} ms", "")


class MonitoredLatch:
    """A latch whose pulses are reported."""

    def __init__(self, latch: Latch, name: str, tell: Tell) -> None:
        self._latch = latch
        self._pulsed = partial(tell, What.LATCH, name)
        if latch.feedback is not None:
            latch.feedback.subscribe(
                lambda state: tell(What.FEEDBACK, name, _FEEDBACK_WORDS[state], "")
            )

    @property
    def address(self) -> str:
        """The destination of the order, as the hardware trace names it."""
        return self._latch.address

    @property
    def feedback(self) -> Door | None:
        """The latch's own contact, if it has one."""
        return self._latch.feedback

    @property
    def confirmation(self) -> Confirmation:
        """What its device has said once `pulse` returns."""
        return self._latch.confirmation

    @property
    def longest_s(self) -> float:
        """The longest that one pulse lasts."""
        return self._latch.longest_s

    async def pulse(self) -> None:
        """Send one pulse; see `Latch.pulse`."""
        try:
            await self._latch.pulse()
        except DeviceUnreachable as error:
            self._pulsed("not sent", str(error))
            raise
        except DeliveryUnknown as error:
            self._pulsed("perhaps pulsed", str(error))
            raise
        self._pulsed("pulsed", self._latch.confirmation)


class MonitoredDevice:
    """One device with monitored parts."""

    def __init__(self, device: Device, events: DeviceEvents) -> None:
        self._device = device
        self._tell: Tell = partial(events.tell, device.name)
        self._noticed: tuple[DeviceState, str] | None = None
        self.name = device.name
        self.keypad = MonitoredKeypad(device.keypad, self._tell) if device.keypad else None
        self.reader = MonitoredReader(device.reader, self._tell) if device.reader else None
        self.lamps = {
            name: MonitoredLamp(lamp, name, self._tell) for name, lamp in device.lamps.items()
        }
        self.buzzer = MonitoredBuzzer(device.buzzer, self._tell) if device.buzzer else None
        self.latches = {
            name: MonitoredLatch(latch, name, self._tell) for name, latch in device.latches.items()
        }
        self.line = device.line
        self.line.subscribe(lambda what, why: self._tell(What.IGNORED, what, "ignored", why))
        self.doors = device.doors
        self.restart_sensor = device.restart_sensor
        for name, door in device.doors.items():
            door.subscribe(partial(self._door_moved, name))

    @property
    def status(self) -> DeviceStatus:
        """The device's state, since when, and why."""
        return self._device.status

    def notice(self) -> None:
        """Report the device's state if it has changed since the last call."""
        status = self._device.status
        if (status.state, status.why) != self._noticed:
            self._noticed = status.state, status.why
            self._tell(What.STATE, "", status.state, status.why)

    def borrow(self) -> None:
        """Withhold its touches, put its lamps out, and reserve lamps and buzzer for a test."""
        self.withhold(True)
        for lamp in self.lamps.values():
            lamp.borrow(False)
        if self.buzzer is not None:
            self.buzzer.is_borrowed = True

    def give_back(self) -> None:
        """Put everything back as the bay wants it."""
        for lamp in self.lamps.values():
            lamp.give_back()
        if self.buzzer is not None:
            self.buzzer.is_borrowed = False
        self.withhold(False)

    def withhold(self, withheld: bool) -> None:
        """Withhold its touches from the bay, or stop withholding them."""
        if self.keypad is not None:
            self.keypad.is_withheld = withheld
        if self.reader is not None:
            self.reader.is_withheld = withheld

    def _door_moved(self, door: str, state: DoorState) -> None:
        self._tell(What.DOOR, door, state, "")
