"""The layouts of boxd's firmware: how many parts a board has."""

from __future__ import annotations

from dataclasses import dataclass

from boxd.arduino.sections import ArduinoDevice


@dataclass(frozen=True)
class Layout:
    """A layout by the name of its image."""

    name: str
    latches: int
    doors: int
    lamps: int


SIX = Layout("six", latches=6, doors=6, lamps=3)
EIGHT = Layout("eight", latches=8, doors=8, lamps=1)
LAYOUTS = {layout.name: layout for layout in (SIX, EIGHT)}


def layout_for(device: ArduinoDevice) -> Layout:
    """The layout for this configuration."""
    latches = [section.number for section in device.latches.values()]
    doors = [section.number for section in device.doors.values()]
    return EIGHT if max(*latches, *doors, 0, 0) > SIX.latches else SIX
