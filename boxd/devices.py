"""What a box is made of: keypads, lamps, buzzers, latches and doors, whoever drives them.

The protocols exist so that a board, a Pi's pins or an Arduino can stand behind any of them.
All methods are called on the event loop and return at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

# The limits of a pulse that boxd orders, in milliseconds: shorter ones move no bolt, and coils
# are rated for half a second at most. Guard and firmware hold the upper one by themselves.
PULSE_SHORTEST_MS = 10
PULSE_LONGEST_MS = 500


class Key(StrEnum):
    """A key of a keypad; the value is the name printed on it."""

    DIGIT_0 = "0"
    DIGIT_1 = "1"
    DIGIT_2 = "2"
    DIGIT_3 = "3"
    DIGIT_4 = "4"
    DIGIT_5 = "5"
    DIGIT_6 = "6"
    DIGIT_7 = "7"
    DIGIT_8 = "8"
    DIGIT_9 = "9"
    CANCEL = "Cancel"
    ENTER = "Enter"

    @property
    def is_digit(self) -> bool:
        """Whether the key types a digit of a code."""
        return self.value.isdigit()


@dataclass(frozen=True)
class KeyTouch:
    """A finger came (`touched`) or went, at a time in seconds on the monotonic clock."""

    key: Key
    touched: bool
    at: float


class LampName(StrEnum):
    """The three lamps of a bay."""

    STANDBY = "standby"
    SUCCESS = "success"
    FAILURE = "failure"


class DoorState(StrEnum):
    """What a door switch says; `unknown` while nothing has been heard from it."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class DeviceState(StrEnum):
    """Whether a device can be used."""

    CONNECTING = "connecting"
    READY = "ready"
    UNREACHABLE = "unreachable"
    DISABLED = "disabled"


@dataclass(frozen=True)
class DeviceStatus:
    """A device as people see it: its name in the configuration, its state since when, and why."""

    name: str
    kind: str
    port: str
    state: DeviceState
    since: datetime
    why: str = ""


class Keypad(Protocol):
    """Keys that somebody touches."""

    @property
    def one_scan_s(self) -> float:
        """Touches of different keys within this time are one finger's; 0 where each key is alone.

        A capacitive pad is scanned as a whole: a finger between two keys touches both in one scan.
        """

    def subscribe(self, on_touch: Callable[[KeyTouch], None]) -> None:
        """Call `on_touch` on the event loop for every touch and release from now on."""


class Lamp(Protocol):
    """One lamp. What was set last is kept and sent again when its device returns."""

    def set(self, lit: bool) -> None:
        """Light the lamp or put it out; never raises for an absent device."""


class Buzzer(Protocol):
    """Something that beeps."""

    def sound(self, milliseconds: int) -> None:
        """Sound once; never raises for an absent device."""


class Door(Protocol):
    """A switch that tells whether a door is shut."""

    @property
    def state(self) -> DoorState:
        """What the switch said last; `unknown` while its device is away."""

    def subscribe(self, on_change: Callable[[DoorState], None]) -> None:
        """Call `on_change` on the event loop whenever the state changes."""


class Latch(Protocol):
    """A latch that one pulse opens; the pulse's end is bounded below this program."""

    @property
    def address(self) -> str:
        """Where the order goes, as the hardware trace names it, e.g. `CodeTV Board 0`."""

    @property
    def feedback(self) -> Door | None:
        """The latch's own contact, where it has one: `open` once the latch has let go."""

    async def pulse(self) -> None:
        """Send one pulse; returns as soon as it has begun, or at least been sent.

        Raises DeviceUnreachable when nothing was sent, DeliveryUnknown when that is not certain.
        """


class Device(Protocol):
    """One configured device with the parts that it has; its bus keeps it connected."""

    @property
    def name(self) -> str:
        """Its name in the configuration."""

    @property
    def status(self) -> DeviceStatus:
        """How it stands, since when, and why."""

    @property
    def keypad(self) -> Keypad | None:
        """Its keys, where it has some."""

    @property
    def lamps(self) -> Mapping[LampName, Lamp]:
        """Its lamps."""

    @property
    def buzzer(self) -> Buzzer | None:
        """Its buzzer, where it has one."""

    @property
    def latches(self) -> Mapping[str, Latch]:
        """Its latches by their names."""

    @property
    def doors(self) -> Mapping[str, Door]:
        """Its door switches by their names."""


@dataclass(frozen=True)
class UnconfiguredDevice:
    """Something plugged in that no configuration names: what sort it is, what it calls itself."""

    kind: str
    port: str
    remedy: str = ""


class Bus(Protocol):
    """One way in which devices are attached: MIDI, serial lines, or the Pi's own pins."""

    @property
    def devices(self) -> Sequence[Device]:
        """The configured devices on it, present or not."""

    async def start(self) -> None:
        """Look for the devices and go on looking.

        Returns once those that are there are connected, or after a second; never raises for one
        that is missing.
        """

    async def close(self) -> None:
        """Put every output off and let go of the devices."""

    def unconfigured(self) -> Sequence[UnconfiguredDevice]:
        """What is plugged in and in no configuration, as far as the bus can tell."""


def part_named(sort: str, name: str) -> str:
    """A latch or door in words: by its sort and name, unless the name says the sort by itself."""
    return name if name.startswith(sort) else f"{sort} {name}"
