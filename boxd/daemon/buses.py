"""The buses of a box's devices: real ones, or simulated ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from boxd.config import Config
from boxd.config.device_kinds import installed
from boxd.devices import Bus

if TYPE_CHECKING:
    from boxd.sim.hardware import SimulatedHardware


def buses(
    config: Config, simulated: SimulatedHardware | None, on_change: Callable[[], None]
) -> list[Bus]:
    """The buses of every installed kind, with the configured devices on them."""
    found: list[Bus] = []
    for name, kind in installed().items():
        devices = [each for each in config.devices if isinstance(each, kind.sections)]
        socket = simulated.sockets.get(name) if simulated else None
        if simulated is None or socket is not None:
            found += kind.buses(devices, config, socket, on_change)
    return found
