"""The MPR121 touch sensor's registers, from its data sheet (NXP, revision 4). Pure functions.

The filter and the automatic configuration are those of the maker's application notes AN3944 and
AN3889 for 3.3 V.
"""

from __future__ import annotations

from boxd.i2c.port import Transfer

ADDRESSES = range(0x5A, 0x5E)
ELECTRODES = 12

TOUCHED = 0x00
"""Two bytes: a bit for each electrode, and in the highest bit the overcurrent of its resistor."""

FILTER = 0x2B
THRESHOLDS = 0x41
DEBOUNCE = 0x5B
CONTROL = 0x5E
AUTOMATIC = 0x7B
LIMITS = 0x7D

STOPPED = 0x00
RUNNING = 0x80 | ELECTRODES
"""All electrodes, with the baseline taken from the first measurement."""

_RISING_AND_FALLING = bytes((1, 1, 0, 0, 1, 1, 0xFF, 2))
_TWICE = 0x11
"""A touch and a release count once two measurements in a row agree."""
_CURRENT = 0x10
_EVERY_8_MS = 0x23
_SET_AND_KEEP_CURRENTS = 0x0B
# (3.3 V - 0.7 V) / 3.3 V of the converter's 256 steps; 65 % and 90 % of that.
_LIMITS_AT_3_3_V = bytes((201, 131, 181))

_OVERCURRENT = 0x8000


def set_up(touch: int, release: int) -> tuple[Transfer, ...]:
    """Start it with these thresholds. Most registers can be written only while it is stopped."""
    return (
        _write(CONTROL, bytes((STOPPED,))),
        _write(FILTER, _RISING_AND_FALLING),
        _write(THRESHOLDS, bytes((touch, release)) * ELECTRODES),
        _write(DEBOUNCE, bytes((_TWICE, _CURRENT, _EVERY_8_MS))),
        _write(AUTOMATIC, bytes((_SET_AND_KEEP_CURRENTS,))),
        _write(LIMITS, _LIMITS_AT_3_3_V),
        _write(CONTROL, bytes((RUNNING,))),
    )


CHECK = Transfer(bytes((DEBOUNCE,)), 4)
LOOK = Transfer(bytes((TOUCHED,)), 2)


def is_running(checked: bytes) -> bool:
    """Whether the answer to `CHECK` is that of a chip as `set_up` left it: a restart stops it."""
    return (checked[0], checked[-1]) == (_TWICE, RUNNING)


def touched(looked: bytes) -> frozenset[int]:
    """The electrodes that are touched, in the answer to `LOOK`."""
    bits = int.from_bytes(looked, "little")
    return frozenset(each for each in range(ELECTRODES) if bits >> each & 1)


def has_overcurrent(looked: bytes) -> bool:
    """Whether the chip's reference resistor is missing or shorted; it senses nothing then."""
    return bool(int.from_bytes(looked, "little") & _OVERCURRENT)


def _write(register: int, values: bytes) -> Transfer:
    return Transfer(bytes((register,)) + values)
