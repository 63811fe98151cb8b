"""What hangs where at the booth: the devices by their names in booth/box.toml, and their wires."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

BOARDS: Mapping[str, int] = MappingProxyType({"board-0": 0, "board-1": 1, "operator": 2})
"""The boards by their names, each with its number. Nobody stands in front of the operator's."""

BAYS: Mapping[str, str] = MappingProxyType({"bay-1": "board-0", "bay-2": "board-1"})
"""The bays, each with its board."""

LATCH_PIN, DOOR_PIN = 17, 27

CABINET = "cabinet"
CABINET_SERIAL = "B1"
CABINET_LATCH, CABINET_DOOR = "latch-1", "door-1"

PINS_LOCKER, CABINET_LOCKER, BOARDS_LOCKER = 1, 2, 3
DOORS = (PINS_LOCKER, CABINET_LOCKER)
"""The lockers whose doors have switches."""

LATCHES: Mapping[int, str] = MappingProxyType(
    {
        PINS_LOCKER: "pins.latch-1",
        CABINET_LOCKER: "cabinet.latch-1",
        BOARDS_LOCKER: "CodeTV Board 1",
    }
)
"""What each locker's latch is called in the trace; a door goes by its latch's name."""
