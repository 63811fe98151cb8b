"""The Pi's header in simulation: a connector with the wires of a device sits on it, or does not."""

from __future__ import annotations

from boxd.sim.unit import Unit


class SimulatedHeader:
    """Where devices on the Pi's pins are plugged in; their power is the connector itself."""

    def __init__(self) -> None:
        self._plugged: list[Unit] = []

    def plug(self, unit: Unit) -> None:
        """Note that the connector was put on."""
        self._plugged.append(unit)

    def unplug(self, unit: Unit) -> None:
        """Note that the connector was pulled off."""
        self._plugged.remove(unit)

    def is_plugged(self, unit: Unit) -> bool:
        """Whether the connector is on."""
        return unit in self._plugged
