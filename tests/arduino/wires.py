"""Arduinos for the tests: configured, simulated on pseudo-terminals, and driven by a bus."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from boxd.arduino.bus import ArduinoBus
from boxd.arduino.device import Arduino
from boxd.arduino.sections import ArduinoDevice
from boxd.devices import DeviceState, DoorState
from boxd.sim.arduino import SimulatedArduino
from boxd.sim.hardware_trace import Trace
from boxd.sim.serial import SimulatedSerial
from tests.midi.waiting import until


def cabinet(name: str = "cabinet", **changes: Any) -> ArduinoDevice:
    """An Arduino with two latches, two doors, three lamps and a buzzer."""
    document: dict[str, Any] = {
        "kind": "arduino",
        "name": name,
        "port": f"/dev/serial/by-id/usb-{name}",
        "latches": {"latch-1": 1, "latch-2": {"number": 2, "pulse_ms": 60}},
        "doors": {"door-1": 1, "door-2": {"number": 2, "closed": "high"}},
        "lamps": {"standby": 1, "success": 2, "failure": 3},
        "buzzer": True,
    }
    return ArduinoDevice.model_validate(document | changes)


class Bench:
    """Simulated Arduinos, their doors, and what they saw."""

    def __init__(self, folder: Path, devices: tuple[ArduinoDevice, ...]) -> None:
        self.serial = SimulatedSerial()
        self.doors: dict[str, DoorState] = {}
        self.changes = 0
        self._path = folder / "trace.jsonl"
        self._trace = Trace(self._path)
        self.units = {device.name: self.make(device) for device in devices}
        self.bus = ArduinoBus(devices, self.serial.path_of, self._count)

    @property
    def unit(self) -> Any:
        """The only simulated Arduino."""
        (unit,) = self.units.values()
        return unit

    @property
    def arduino(self) -> Arduino:
        """The only driven Arduino."""
        (arduino,) = self.bus.devices
        return arduino

    def plug(self, name: str = "cabinet") -> None:
        """Give a unit power and a line."""
        self.units[name].power_on()
        self.serial.plug(self.units[name])

    def unplug(self, name: str = "cabinet") -> None:
        """Pull its plug."""
        self.serial.unplug(self.units[name])
        self.units[name].power_off()

    def move(self, door: str, state: DoorState) -> None:
        """Somebody opens or shuts a door."""
        self.doors[door] = state
        self.unit.report_door(door)

    def records(self, what: str) -> list[dict[str, Any]]:
        """What the hardware saw of one sort so far."""
        lines = self._path.read_text().splitlines()
        return [record for line in lines if (record := json.loads(line))["what"] == what]

    def pulses(self, latch: str) -> int:
        """How often a latch has got its current."""
        seen = [each for each in self.records("latch") if each["device"] == latch]
        return sum(each["level"] for each in seen)

    async def ready(self, name: str = "cabinet", within_s: float = 5.0) -> float:
        """Wait until a device can be used; returns how long that took."""
        return await self.reaches(DeviceState.READY, name, within_s)

    async def reaches(
        self, state: DeviceState, name: str = "cabinet", within_s: float = 5.0
    ) -> float:
        """Wait until a device is in this state; returns how long that took."""
        return await until(lambda: self.device(name).status.state is state, within_s)

    def device(self, name: str) -> Arduino:
        """A driven Arduino by its name."""
        return next(device for device in self.bus.devices if device.name == name)

    def make(self, device: ArduinoDevice) -> Any:
        """A simulated Arduino."""
        return SimulatedArduino(device, *self.told())

    def told(self) -> tuple[Any, ...]:
        """What a unit is given besides its configuration."""
        return (
            self._trace,
            lambda _latch, _energised: None,
            lambda door: self.doors.get(door, DoorState.CLOSED),
            self._count,
        )

    def _count(self) -> None:
        self.changes += 1


@asynccontextmanager
async def bench(
    folder: Path, *devices: ArduinoDevice, plugged: bool = True
) -> AsyncIterator[Bench]:
    """A bench with its bus started; everything is closed at the end."""
    made = Bench(folder, devices or (cabinet(),))
    if plugged:
        for name in made.units:
            made.plug(name)
    await made.bus.start()
    try:
        yield made
    finally:
        await made.bus.close()
        for name in made.units:
            made.unplug(name)
