"""The Pi's header in simulation, with a device's connector plugged on or not."""

from __future__ import annotations

from pathlib import Path

from boxd.sim.unit import Unit


class SimulatedHeader:
    """Where devices on the Pi's pins are plugged in; the connector is also their power.

    `memory_dir` is the folder with the levels of its pins.
    """

    def __init__(self, memory_dir: Path) -> None:
        self.memory_dir = memory_dir
        self._plugged: list[Unit] = []

    def plug(self, unit: Unit) -> None:
        """Plug the connector on."""
        self._plugged.append(unit)

    def unplug(self, unit: Unit) -> None:
        """Pull the connector off."""
        self._plugged.remove(unit)

    def is_plugged(self, unit: Unit) -> bool:
        """Whether the connector is plugged on."""
        return unit in self._plugged
