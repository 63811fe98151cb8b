"""The interface of a kind of MIDI device: the seam between its codec and its port."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

import mido

from boxd.devices import DoorState, Key, LampName


@dataclass(frozen=True)
class BoardKey:
    """A finger touched (`touched`) or left a key.

    `is_pressure`: the device says it again and again while the key is held.
    """

    key: Key
    touched: bool
    is_pressure: bool = False


@dataclass(frozen=True)
class BoardTap:
    """A key was pressed, and its release will not be reported."""

    key: Key


@dataclass(frozen=True)
class BoardDoor:
    """One of the device's doors has this state."""

    door: str
    state: DoorState


@dataclass(frozen=True)
class BoardEcho:
    """The device sends back a message that it was sent."""


@dataclass(frozen=True)
class UnusableDevice:
    """The device is of a sort that can't be used; `why` says how that shows, and what to do."""

    why: str


@dataclass(frozen=True)
class IgnoredMessage:
    """The message means nothing here; `why` names the rule that it breaks.

    Which key `is_of_a_digit` must not be shown: it may be part of a code.
    """

    why: str
    is_of_a_digit: bool = False


Heard = BoardKey | BoardTap | BoardDoor | BoardEcho | UnusableDevice | IgnoredMessage


class Profile(Protocol):
    """One kind of device as messages: pure, without a port."""

    @property
    def lamps(self) -> Collection[LampName]:
        """The lamps that the device has."""

    @property
    def echoes(self) -> bool:
        """Whether the device sends back each message that it is sent, or else is broken."""

    @property
    def pulse_s(self) -> float:
        """For how long the device is deaf while it pulses its latch."""

    @property
    def one_scan_s(self) -> float:
        """As `Keypad.one_scan_s` says."""

    @property
    def doors(self) -> Collection[str]:
        """The names of the doors that the device watches."""

    @property
    def greeting(self) -> tuple[mido.Message, ...]:
        """What to send after each (re)connect, besides the lamps."""

    @property
    def unlock(self) -> mido.Message | None:
        """The message of one latch pulse; None if nothing on the device limits a pulse."""

    @property
    def restart(self) -> mido.Message | None:
        """The message that restarts its touch sensor and may move its latch; None if none does."""

    @property
    def restart_s(self) -> float:
        """For how long the device is deaf by that."""

    def decode(self, message: mido.Message) -> Heard:
        """The meaning of one complete message; never raises."""

    def lamp(self, lamp: LampName, lit: bool) -> tuple[mido.Message, ...]:
        """The messages that light `lamp` or put it out."""

    def buzzer(self, milliseconds: int) -> tuple[mido.Message | None, mido.Message | None]:
        """The message that starts a sound, and the one that ends it (None if it ends itself)."""
