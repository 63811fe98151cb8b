"""The interfaces of a box's parts: keypads, lamps, buzzers, latches and doors.

They are protocols, so that a board, a Pi's pins or an Arduino can implement any of them. All
methods are called on the event loop and return at once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from boxd.device_line import DeviceLine

# The limits of a pulse that boxd orders, in milliseconds: shorter ones move no bolt, and coils are
# rated for half a second at most. Guard and firmware enforce the upper limit themselves.
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
    """A finger touched (`touched`) or left a key, at a time in seconds on the monotonic clock."""

    key: Key
    touched: bool
    at: float


class LampName(StrEnum):
    """The three lamps of a bay."""

    STANDBY = "standby"
    SUCCESS = "success"
    FAILURE = "failure"


class DoorState(StrEnum):
    """A door switch's state; `unknown` until the first report."""

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
    """A device for people: its name in the configuration, its state since when, and why."""

    name: str
    kind: str
    port: str
    state: DeviceState
    since: datetime
    why: str = ""


class Keypad(Protocol):
    """Keys that can be touched."""

    @property
    def one_scan_s(self) -> float:
        """Touches of different keys within this time are one finger's; 0 if each key counts alone.

        A capacitive pad is scanned as a whole: a finger between two keys touches both in one scan.
        """

    def subscribe(self, on_touch: Callable[[KeyTouch], None]) -> None:
        """Call `on_touch` on the event loop for every touch and release from now on."""


class Reader(Protocol):
    """A part that reads codes: a barcode or QR scanner."""

    def subscribe(self, on_text: Callable[[str], None]) -> None:
        """Call `on_text` on the event loop for every text that is read from now on."""


class Lamp(Protocol):
    """One lamp. Its last state is kept, and sent again when its device returns."""

    def set(self, lit: bool) -> None:
        """Light the lamp or put it out; never raises for an absent device."""


class Buzzer(Protocol):
    """A part that beeps."""

    def sound(self, milliseconds: int) -> None:
        """Sound once; never raises for an absent device."""


class Door(Protocol):
    """A switch that shows whether a door is closed."""

    @property
    def state(self) -> DoorState:
        """The last reported state; `unknown` while its device is away."""

    def subscribe(self, on_change: Callable[[DoorState], None]) -> None:
        """Call `on_change` on the event loop whenever the state changes."""


class Confirmation(StrEnum):
    """What a latch's device has said of a pulse when `Latch.pulse` returns; words for the record.

    Whether a door opened is another's word: its switch's, the latch's own contact's, a person's.
    """

    BEGUN = "the pulse began"
    OVER = "the board pulsed"


class Latch(Protocol):
    """A latch that one pulse opens; a lower layer limits the pulse."""

    @property
    def address(self) -> str:
        """The destination of the order in the hardware trace, e.g. `CodeTV Board 0`."""

    @property
    def feedback(self) -> Door | None:
        """The latch's own contact, if it has one: `open` once the latch has released."""

    @property
    def confirmation(self) -> Confirmation:
        """What its device has said once `pulse` returns."""

    @property
    def longest_s(self) -> float:
        """The longest that one pulse lasts, by the limit of the layer that ends it."""

    async def pulse(self) -> None:
        """Send one pulse; returns when the device has confirmed it.

        Raises DeviceUnreachable if nothing was sent, DeliveryUnknown if that is not certain or
        the device did not confirm it in time. A pulse is never sent a second time.
        """


class Device(Protocol):
    """One configured device with its parts; its bus keeps it connected."""

    @property
    def name(self) -> str:
        """Its name in the configuration."""

    @property
    def status(self) -> DeviceStatus:
        """Its state, since when, and why."""

    @property
    def line(self) -> DeviceLine:
        """What goes wrong on the way to it."""

    @property
    def keypad(self) -> Keypad | None:
        """Its keys, if it has any."""

    @property
    def reader(self) -> Reader | None:
        """What it reads codes with, if it can."""

    @property
    def lamps(self) -> Mapping[LampName, Lamp]:
        """Its lamps."""

    @property
    def buzzer(self) -> Buzzer | None:
        """Its buzzer, if it has one."""

    @property
    def latches(self) -> Mapping[str, Latch]:
        """Its latches by name."""

    @property
    def doors(self) -> Mapping[str, Door]:
        """Its door switches by name."""

    @property
    def restart_sensor(self) -> Callable[[], Awaitable[None]] | None:
        """Its maker's restart of its touch sensor, if it has one; that may move its latch.

        Raises as `Latch.pulse` does. Nothing but a person's order may ever lead to it.
        """


@dataclass(frozen=True)
class UnconfiguredDevice:
    """A device that is plugged in but not configured: its kind, and its own name.

    `section` is the section of a configuration file that would name it.
    """

    kind: str
    port: str
    remedy: str = ""
    section: str = ""


class Bus(Protocol):
    """One way to attach devices: MIDI, serial lines, or the Pi's own pins."""

    @property
    def devices(self) -> Sequence[Device]:
        """The configured devices on it, present or not."""

    async def start(self) -> None:
        """Search for the devices and keep searching.

        Returns once those that are there are connected, or after a second; never raises for a
        missing one.
        """

    async def close(self) -> None:
        """Put every output off and release the devices."""

    def unconfigured(self) -> Sequence[UnconfiguredDevice]:
        """Devices that are plugged in but not configured, as far as the bus can tell."""


def part_named(sort: str, name: str) -> str:
    """A latch or door in words: its kind and name, unless the name includes the kind."""
    return name if name.startswith(sort) else f"{sort} {name}"
