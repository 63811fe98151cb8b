"""Faults of simulated hardware, by the names that programs use."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Protocol

from boxd.devices import Key
from boxd.errors import BadInput

_DEVICE_FAULTS = ("unplug", "replug", "duplicate", "unduplicate")
_KEY_FAULTS = ("stick", "unstick")
_LOCKER_FAULTS = ("jam", "unjam", "spring")

_LOCKER = re.compile(r"locker-(\d{1,4})")


class Breakable(Protocol):
    """Hardware that can be made to fail, and to work again."""

    def unplug(self, device: str) -> None:
        """Pull a device's plug."""

    def replug(self, device: str) -> None:
        """Put the plug back."""

    def duplicate(self, device: str) -> None:
        """Plug in a second device with the same product name."""

    def unduplicate(self, device: str) -> None:
        """Unplug the second device."""

    def own_faults(self, device: str) -> Mapping[str, Callable[[], None]]:
        """The faults that only such a device has. Raises BadInput."""

    def stick(self, device: str, key: str) -> None:
        """Hold a key down."""

    def unstick(self, device: str, key: str) -> None:
        """Release it."""

    def jam(self, locker: int) -> None:
        """Keep a locker from opening."""

    def unjam(self, locker: int) -> None:
        """Let it open again."""

    def spring(self, locker: int) -> None:
        """Open a locker's door without a pulse."""


def inject(hardware: Breakable, device: str, fault: str, key: str) -> None:
    """Make something fail, or work again.

    unplug, replug, duplicate, unduplicate, stick and unstick (the last two with `key`) take a
    device's name; so do the faults of its own kind, e.g. a CodeTV board's hang, out-of-step (both
    until it is replugged), oldest and newest (its firmware). jam, unjam and spring (the door opens
    by itself) take `locker-N`. Raises BadInput.
    """
    if fault in _LOCKER_FAULTS:
        getattr(hardware, fault)(_locker(device, fault))
    elif fault in _DEVICE_FAULTS:
        getattr(hardware, fault)(device)
    elif fault not in _KEY_FAULTS:
        _inject_own(hardware, device, fault)
    elif not key:
        raise BadInput(f"'{fault}' needs a key; the keys: {', '.join(Key)}")
    else:
        getattr(hardware, fault)(device, key)


def _inject_own(hardware: Breakable, device: str, fault: str) -> None:
    own = {} if _LOCKER.fullmatch(device) else hardware.own_faults(device)
    if fault not in own:
        known = ", ".join((*_DEVICE_FAULTS, *own, *_KEY_FAULTS, *_LOCKER_FAULTS))
        raise BadInput(f"'{device}' can't have the fault '{fault}'; the faults: {known}")
    own[fault]()


def _locker(device: str, fault: str) -> int:
    match = _LOCKER.fullmatch(device)
    if match is None:
        raise BadInput(f"'{fault}' happens to a locker, not to '{device}'; name it like 'locker-1'")
    return int(match.group(1))
