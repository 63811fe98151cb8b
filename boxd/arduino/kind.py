"""Arduinos on serial lines as a kind of device."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol

from boxd.arduino.rules import arduino_faults
from boxd.arduino.sections import ArduinoDevice
from boxd.config.device_kinds import DeviceKind

if TYPE_CHECKING:
    from boxd.config.schema import Config
    from boxd.config.schema_texts import SchemaFinding
    from boxd.devices import Bus


class SimulatedLines(Protocol):
    """Where simulated serial devices are plugged in."""

    def path_of(self, port: str) -> str:
        """The path at which a configured port can be opened. Raises OSError."""


class ArduinoKind(DeviceKind[ArduinoDevice, SimulatedLines]):
    """Arduinos with boxd's firmware."""

    sections = (ArduinoDevice,)

    def faults(self, devices: Mapping[int, ArduinoDevice]) -> Iterable[SchemaFinding]:
        """Numbers of parts and of boards that are used twice."""
        return arduino_faults(devices)

    def buses(
        self,
        devices: Sequence[ArduinoDevice],
        config: Config,
        simulated: SimulatedLines | None,
        on_change: Callable[[], None],
    ) -> Sequence[Bus]:
        """The Arduinos' lines, and a list of serial devices that no configuration names."""
        from boxd.unconfigured_serial import UnconfiguredSerialDevices, unconfigured_ports

        if simulated:
            return _lines(devices, simulated.path_of, on_change) if devices else ()
        ports = [device.port for device in config.devices]
        others = UnconfiguredSerialDevices(ports, on_change)
        if not devices:
            return (others,)
        return (*_lines(devices, str, on_change, partial(unconfigured_ports, ports)), others)

    def nodes(self, device: ArduinoDevice, config: Config) -> Sequence[str]:
        """Its line."""
        del config
        return (device.port,)


def _lines(
    devices: Sequence[ArduinoDevice],
    path_of: Callable[[str], str],
    on_change: Callable[[], None],
    unconfigured: Callable[[], Sequence[str]] = tuple,
) -> Sequence[Bus]:
    from boxd.arduino.bus import ArduinoBus

    return (ArduinoBus(devices, path_of, on_change, unconfigured),)


ARDUINO = ArduinoKind()
