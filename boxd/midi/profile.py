"""What a kind of MIDI device can say and be told: the seam between its codec and its port."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from boxd.devices import DoorState, Key, LampName


@dataclass(frozen=True)
class BoardKey:
    """The device says that a finger came to a key (`touched`) or went."""

    key: Key
    touched: bool


@dataclass(frozen=True)
class BoardTap:
    """The device says that a key was pressed, and will not say when it is let go."""

    key: Key


@dataclass(frozen=True)
class BoardDoor:
    """The device says where one of its doors stands."""

    door: str
    state: DoorState


@dataclass(frozen=True)
class IgnoredMessage:
    """The message means nothing here; `why` says which rule it breaks."""

    why: str


Heard = BoardKey | BoardTap | BoardDoor | IgnoredMessage


class Profile(Protocol):
    """One kind of device as messages: pure, with no port in sight."""

    @property
    def lamps(self) -> Collection[LampName]:
        """The lamps that the device has."""

    @property
    def doors(self) -> Collection[str]:
        """The names of the doors that the device watches."""

    @property
    def greeting(self) -> tuple[bytes, ...]:
        """What to send after each (re)connect, besides the lamps."""

    @property
    def unlock(self) -> bytes | None:
        """The message of one latch pulse; None where nothing on the device bounds a pulse."""

    def decode(self, message: bytes) -> Heard:
        """What the device says with one complete message; never raises."""

    def lamp(self, lamp: LampName, lit: bool) -> tuple[bytes, ...]:
        """The messages that light `lamp` or put it out."""

    def buzzer(self, milliseconds: int) -> tuple[bytes, bytes]:
        """The message that starts a sound, and the one that ends it (empty if it ends itself)."""
