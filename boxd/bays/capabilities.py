"""What a device can do, and who says that a locker opened. Plain functions.

Behaviour follows from these parts, never from the kind of a device.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from boxd.config.addresses import split
from boxd.config.schema import Locker
from boxd.devices import Device, DoorState, Key, LampName, Latch


class Declared(Protocol):
    """A device as the configuration declares it."""

    @property
    def key_names(self) -> frozenset[Key]:
        """The keys that it has."""

    @property
    def has_buzzer(self) -> bool:
        """Whether it can sound."""


class Believed(StrEnum):
    """Who says whether a locker opened: its door's switch, its latch's contact, or a person."""

    DOOR = "door"
    FEEDBACK = "feedback"
    OPERATOR = "operator"


@dataclass(frozen=True)
class LatchPart:
    """A latch: what its own contact says (None where it has none), and the locker it opens."""

    name: str
    feedback: DoorState | None
    locker: int | None


@dataclass(frozen=True)
class DoorPart:
    """A door switch: what it says, and the locker that it watches."""

    name: str
    state: DoorState
    locker: int | None


@dataclass(frozen=True)
class DeviceParts:
    """All that a device has."""

    keys: tuple[Key, ...]
    lamps: tuple[LampName, ...]
    buzzer: bool
    latches: tuple[LatchPart, ...]
    doors: tuple[DoorPart, ...]

    def as_json(self) -> dict[str, Any]:
        """The parts as values for JSON; a latch's `feedback` is null where it has none."""
        return {
            "keys": [key.value for key in self.keys],
            "lamps": [lamp.value for lamp in self.lamps],
            "buzzer": self.buzzer,
            "latches": [
                {
                    "name": latch.name,
                    "feedback": latch.feedback.value if latch.feedback else None,
                    "locker": latch.locker,
                }
                for latch in self.latches
            ],
            "doors": [
                {"name": door.name, "state": door.state.value, "locker": door.locker}
                for door in self.doors
            ],
        }


def parts_of(device: Device, declared: Declared, lockers: Sequence[Locker]) -> DeviceParts:
    """What `device` has, with what its contacts say just now."""
    by_latch = {latch_address(locker.latch, device.latches): locker.id for locker in lockers}
    by_door = {split(locker.door): locker.id for locker in lockers if locker.door}
    return DeviceParts(
        keys=tuple(key for key in Key if key in declared.key_names),
        lamps=tuple(lamp for lamp in LampName if lamp in device.lamps),
        buzzer=declared.has_buzzer,
        latches=tuple(
            LatchPart(
                name,
                latch.feedback.state if latch.feedback else None,
                by_latch.get((device.name, name)),
            )
            for name, latch in device.latches.items()
        ),
        doors=tuple(
            DoorPart(name, door.state, by_door.get((device.name, name)))
            for name, door in device.doors.items()
        ),
    )


def latch_address(address: str, latches: Mapping[str, Latch]) -> tuple[str, str]:
    """Device and latch that `address` names; a device's name alone means its only one."""
    device, latch = split(address)
    return device, latch or (next(iter(latches)) if len(latches) == 1 else "")


def believed(has_door: bool, has_feedback: bool) -> Believed:
    """Who is believed: the door itself before the latch, and a person where nothing tells."""
    if has_door:
        return Believed.DOOR
    return Believed.FEEDBACK if has_feedback else Believed.OPERATOR
