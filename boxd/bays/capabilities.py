"""What a device can do, and what tells that a locker opened. Pure functions.

Behaviour follows from these parts, never from the kind of device.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from boxd.config.addresses import split
from boxd.config.schema import Locker
from boxd.devices import Confirmation, Device, DoorState, Key, LampName, Latch


class Declared(Protocol):
    """A device as the configuration declares it."""

    @property
    def key_names(self) -> frozenset[Key]:
        """The keys that it has."""

    @property
    def has_buzzer(self) -> bool:
        """Whether it has a buzzer."""


class Believed(StrEnum):
    """What tells that a locker opened: its door's switch, its latch's contact, or a person."""

    DOOR = "door"
    FEEDBACK = "feedback"
    OPERATOR = "operator"


@dataclass(frozen=True)
class LatchPart:
    """A latch: the state of its own contact (None without one), and the locker that it opens.

    `confirmation` is what its device says of each pulse.
    """

    name: str
    feedback: DoorState | None
    locker: int | None
    confirmation: Confirmation


@dataclass(frozen=True)
class DoorPart:
    """A door switch: its state, and the locker that it watches."""

    name: str
    state: DoorState
    locker: int | None


@dataclass(frozen=True)
class DeviceParts:
    """All parts of a device, and whether its touch sensor can be restarted."""

    keys: tuple[Key, ...]
    lamps: tuple[LampName, ...]
    buzzer: bool
    latches: tuple[LatchPart, ...]
    doors: tuple[DoorPart, ...]
    sensor_restarts: bool = False

    def as_json(self) -> dict[str, Any]:
        """The parts as values for JSON; a latch's `feedback` is null without a contact."""
        return {
            "keys": [key.value for key in self.keys],
            "lamps": [lamp.value for lamp in self.lamps],
            "buzzer": self.buzzer,
            "latches": [
                {
                    "name": latch.name,
                    "feedback": latch.feedback.value if latch.feedback else None,
                    "locker": latch.locker,
                    "confirmation": latch.confirmation.value,
                }
                for latch in self.latches
            ],
            "doors": [
                {"name": door.name, "state": door.state.value, "locker": door.locker}
                for door in self.doors
            ],
            "sensor_restarts": self.sensor_restarts,
        }


def parts_of(device: Device, declared: Declared, lockers: Sequence[Locker]) -> DeviceParts:
    """The parts of `device`, with the present state of its contacts."""
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
                latch.confirmation,
            )
            for name, latch in device.latches.items()
        ),
        doors=tuple(
            DoorPart(name, door.state, by_door.get((device.name, name)))
            for name, door in device.doors.items()
        ),
        sensor_restarts=device.restart_sensor is not None,
    )


def latch_address(address: str, latches: Mapping[str, Latch]) -> tuple[str, str]:
    """Device and latch of `address`; only a device's name means its only latch."""
    device, latch = split(address)
    return device, latch or (next(iter(latches)) if len(latches) == 1 else "")


def believed(has_door: bool, has_feedback: bool) -> Believed:
    """What is believed: the door before the latch, and a person if there is neither."""
    if has_door:
        return Believed.DOOR
    return Believed.FEEDBACK if has_feedback else Believed.OPERATOR
