"""The buses that a box's devices stand on: real ones, or simulated ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from boxd.config import Config
from boxd.config.device_schema import ArduinoDevice, CodetvDevice, GpioDevice, NotesDevice
from boxd.devices import Bus
from boxd.midi.bus import MidiBus
from boxd.midi.ports import PortSystem

if TYPE_CHECKING:
    from boxd.sim.hardware import SimulatedHardware


def buses(
    config: Config, simulated: SimulatedHardware | None, on_change: Callable[[], None]
) -> list[Bus]:
    """A bus for each sort of device in the configuration; none without devices."""
    found: list[Bus] = []
    midi = [each for each in config.devices if isinstance(each, CodetvDevice | NotesDevice)]
    if midi:
        found.append(MidiBus(midi, _midi_ports(config, simulated), on_change))
    if pins := [each for each in config.devices if isinstance(each, GpioDevice)]:
        from boxd.gpio.bus import GpioBus

        found.append(GpioBus(pins, config.copper_dir if simulated else None, on_change))
    if arduinos := [each for each in config.devices if isinstance(each, ArduinoDevice)]:
        found.append(_arduino_bus(arduinos, simulated, on_change))
    return found


def _arduino_bus(
    devices: list[ArduinoDevice],
    simulated: SimulatedHardware | None,
    on_change: Callable[[], None],
) -> Bus:
    from boxd.arduino.bus import ArduinoBus

    if simulated is None:
        return ArduinoBus(devices, str, on_change)
    serial = simulated.serial
    return ArduinoBus(devices, serial.path_of, on_change, list_ports=serial.ports)


def _midi_ports(config: Config, simulated: SimulatedHardware | None) -> PortSystem:
    if simulated is not None:
        return simulated.ports
    from boxd.midi.rtmidi_ports import RtMidiPorts

    return RtMidiPorts(config.midi.backend)
