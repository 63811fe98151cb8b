"""What all simulated devices have in common: for a person's hand, and for their plug."""

from __future__ import annotations

from typing import Any, Protocol

from boxd.devices import Key, LampName


class Unit(Protocol):
    """A simulated device: keys to touch, lamps to see, power to lose."""

    product: str
    lamps: dict[LampName, bool]
    sounds: int
    is_sounding: bool

    def power_on(self) -> None:
        """Start with every output off."""

    def power_off(self) -> None:
        """Lose power: every output goes off."""

    def touch(self, key: Key) -> None:
        """A finger touches a key."""

    def release(self, key: Key) -> None:
        """The finger leaves the key."""

    def report_door(self, door: str) -> None:
        """The door behind this switch or feedback contact has moved."""


class PlugPoint(Protocol):
    """Where devices of one kind are plugged in."""

    def plug(self, unit: Any) -> None:
        """Connect a unit that has power."""

    def unplug(self, unit: Any) -> None:
        """Unplug it."""

    def is_plugged(self, unit: Any) -> bool:
        """Whether it is connected."""
