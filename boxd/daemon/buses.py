"""The buses of a box's devices: real ones, or simulated ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from boxd.arduino.unconfigured_serial import UnconfiguredSerialDevices, unconfigured_ports
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
    """A bus for each kind of device in the configuration, and one for unconfigured ones."""
    found: list[Bus] = []
    midi = [each for each in config.devices if isinstance(each, CodetvDevice | NotesDevice)]
    if midi:
        found.append(MidiBus(midi, _midi_ports(config, simulated), on_change))
    if pins := [each for each in config.devices if isinstance(each, GpioDevice)]:
        from boxd.gpio.bus import GpioBus

        found.append(GpioBus(pins, config.pin_memory_dir if simulated else None, on_change))
    arduinos = [each for each in config.devices if isinstance(each, ArduinoDevice)]
    serial_ports = [each.port for each in arduinos]
    if arduinos:
        from boxd.arduino.bus import ArduinoBus

        if simulated:
            found.append(ArduinoBus(arduinos, simulated.serial.path_of, on_change))
        else:
            others = partial(unconfigured_ports, serial_ports)
            found.append(ArduinoBus(arduinos, str, on_change, others))
    if simulated is None:
        found.append(UnconfiguredSerialDevices(serial_ports, on_change))
    return found


def _midi_ports(config: Config, simulated: SimulatedHardware | None) -> PortSystem:
    if simulated is not None:
        return simulated.ports
    from boxd.midi.rtmidi_ports import RtMidiPorts

    return RtMidiPorts(config.midi.backend)
