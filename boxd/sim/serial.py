"""The simulated USB serial ports: what is plugged in, under the names of the configuration."""

from __future__ import annotations

import errno
from typing import Protocol


class SerialUnit(Protocol):
    """A unit with a plug for a serial line."""

    port: str
    path: str | None

    def connect(self) -> None:
        """Appear on a new pseudo-terminal; `path` is its path from now on."""

    def disconnect(self) -> None:
        """Hang up."""


class SimulatedSerial:
    """The simulation's /dev/serial/by-id: each port leads to the unit plugged in there."""

    def __init__(self) -> None:
        self._plugged: dict[str, SerialUnit] = {}

    def plug(self, unit: SerialUnit) -> None:
        """Plug a unit in at its port."""
        unit.connect()
        self._plugged[unit.port] = unit

    def unplug(self, unit: SerialUnit) -> None:
        """Unplug a unit."""
        if self._plugged.get(unit.port) is unit:
            del self._plugged[unit.port]
        unit.disconnect()

    def is_plugged(self, unit: SerialUnit) -> bool:
        """Whether the unit is plugged in."""
        return self._plugged.get(unit.port) is unit

    def path_of(self, port: str) -> str:
        """The path at which a configured port can be opened. Raises OSError."""
        unit = self._plugged.get(port)
        if unit is None or unit.path is None:
            raise FileNotFoundError(errno.ENOENT, "nothing is plugged in", port)
        return unit.path
