"""The simulated front of the box as values: what an attendee sees and hears."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from boxd.config.schema import BaySection, Config, Locker
from boxd.sim.doors import SimulatedDoor
from boxd.sim.unit import Unit


def front_state(
    config: Config,
    units: Mapping[str, Unit],
    plugged: Collection[str],
    doors: Mapping[int, SimulatedDoor],
) -> dict[str, Any]:
    """Each bay's lamps and buzzer, each locker's door and number of pulses; ready for JSON."""
    return {
        "bays": {bay.id: _bay(bay, units, plugged) for bay in config.bays},
        "lockers": {str(locker.id): _locker(locker, doors[locker.id]) for locker in config.lockers},
        "operator": {"connected": config.operator.keypad in plugged},
    }


def _bay(bay: BaySection, units: Mapping[str, Unit], plugged: Collection[str]) -> dict[str, Any]:
    sounder = units[bay.buzzer] if bay.buzzer else None
    return {
        "lamps": {str(lamp): lit for lamp, lit in units[bay.lamps].lamps.items()},
        "buzzer": {
            "sounding": sounder is not None and sounder.is_sounding,
            "count": sounder.sounds if sounder else 0,
        },
        "connected": {bay.keypad, bay.lamps} <= set(plugged),
    }


def _locker(locker: Locker, door: SimulatedDoor) -> dict[str, Any]:
    return {
        "door": str(door.state),
        "pulses": door.pulses,
        "jammed": door.jammed,
        "door_switch": locker.door is not None,
    }
