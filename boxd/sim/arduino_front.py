"""The wiring of a simulated Arduino: latches, lamps, a buzzer and contacts, and their trace."""

from __future__ import annotations

from collections.abc import Callable

from boxd.arduino.layouts import layout_for
from boxd.arduino.sections import ArduinoDevice
from boxd.config.device_schema import PinLevel
from boxd.devices import DoorState, Key, LampName
from boxd.sim.arduino_firmware import Output, OutputEdge
from boxd.sim.hardware_trace import Trace


class ArduinoFront:
    """The parts of one Arduino as its configuration describes them.

    `on_latch` gets a latch's name when a coil gets or loses its current; `door_state` returns the
    state of the door behind a switch; `on_change` is called after every visible change.
    """

    def __init__(
        self,
        device: ArduinoDevice,
        trace: Trace,
        on_latch: Callable[[str, bool], None] = lambda _latch, _energised: None,
        door_state: Callable[[str], DoorState] = lambda _door: DoorState.CLOSED,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self.product = device.name
        self.port = device.port
        self.path: str | None = None  # of its line, while it is plugged in
        self.layout = layout_for(device)
        self.lamps = dict.fromkeys(LampName, False)
        self.sounds = 0
        self.is_sounding = False
        self.device = device
        self.trace = trace
        self._on_latch = on_latch
        self._door_state = door_state
        self._on_change = on_change
        self._latch_names = {section.number: name for name, section in device.latches.items()}
        self._lamp_names = {number: lamp for lamp, number in device.lamps.items()}

    @property
    def own_faults(self) -> dict[str, Callable[[], None]]:
        """None but what can happen to every device."""
        return {}

    def touch(self, _key: Key) -> None:
        """An Arduino has no keys."""

    def release(self, _key: Key) -> None:
        """An Arduino has no keys."""

    def boot(self) -> None:
        """Trace a boot, with every output off."""
        self.trace.write("power", self.product)
        for latch in self.device.latches:
            self.trace.write("power", self._address(latch))

    def switch(self, edge: OutputEdge) -> None:
        """Apply and trace the switching of an output, at the time of the edge."""
        if edge.output is Output.LATCH:
            self._switch_latch(edge)
        elif edge.output is Output.LAMP:
            self._switch_lamp(edge)
        else:
            self.trace.write("buzzer", self.product, at=edge.at, on=edge.on)
            self.sounds += int(edge.on)
            self.is_sounding = edge.on
        self._on_change()

    def contacts(self) -> int:
        """The levels of all contacts; one without wires is pulled up."""
        levels = (1 << self.layout.doors) - 1
        for door, section in self.device.doors.items():
            if not self.is_high(door):
                levels &= ~(1 << (section.number - 1))
        return levels

    def is_high(self, door: str) -> bool:
        """Whether the contact of this door is high now."""
        is_closed = self._door_state(door) is DoorState.CLOSED
        return is_closed == (self.device.doors[door].closed is PinLevel.HIGH)

    def _switch_latch(self, edge: OutputEdge) -> None:
        latch = self._latch_names.get(edge.number, f"unwired-{edge.number}")
        self.trace.write("latch", self._address(latch), at=edge.at, level=int(edge.on))
        self._on_latch(latch, edge.on)

    def _switch_lamp(self, edge: OutputEdge) -> None:
        lamp = self._lamp_names.get(edge.number)
        if lamp is not None:
            self.lamps[lamp] = edge.on
            self.trace.write("lamp", self.product, at=edge.at, lamp=str(lamp), lit=edge.on)

    def _address(self, latch: str) -> str:
        return f"{self.product}.{latch}"
