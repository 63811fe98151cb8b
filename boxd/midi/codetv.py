"""The CodeTV board's messages: one SysEx of five bytes each way, `F0 7D <type> <value> F7`.

Source: the boards' public firmware. The board looks only at the third byte, so no message that is
not built here may ever be sent to one.
"""

from __future__ import annotations

import mido

from boxd.devices import Key, LampName
from boxd.midi.device_profile import BoardEcho, BoardKey, Heard, IgnoredMessage, UnusableDevice
from boxd.words import N_

_VENDOR = 0x7D

_KEY_OF_TYPE = {
    **{digit: Key(str(digit)) for digit in range(10)},
    0x0A: Key.CANCEL,
    0x0B: Key.ENTER,
}
_TYPE_OF_KEY = {key: number for number, key in _KEY_OF_TYPE.items()}
TYPE_OF_LAMP = {LampName.FAILURE: 0x20, LampName.STANDBY: 0x30, LampName.SUCCESS: 0x40}
TYPE_BUZZER = 0x50
TYPE_UNLOCK = 0x60
TYPE_RESET = 0x70
"""Restarts the touch sensor. The older firmware energises the latch for that second."""

BUZZER_UNIT_MS = 10
BUZZER_SHORTEST_MS = 10
BUZZER_LONGEST_MS = 1270  # the value is a data byte: at most 127 units

_TYPES_OF_ORDERS = {*TYPE_OF_LAMP.values(), TYPE_BUZZER, TYPE_UNLOCK, TYPE_RESET}
_DATA_BYTES, _OLDEST_DATA_BYTES = 3, 4

RESTART_MS = 1000
PULSE_MS = 100  # timed by the board, which is deaf to keys and messages meanwhile

ONE_SCAN_S = 0.004
"""The firmware reads all pads together, every 8 ms, and sends what changed in one go."""


def _message(kind: int, value: int) -> mido.Message:
    return mido.Message("sysex", data=(_VENDOR, kind, value))


def decode(message: mido.Message) -> Heard:
    """The key that a board's message is about, or why the message is not a board's."""
    data: tuple[int, ...] = message.data if message.type == "sysex" else ()
    if len(data) == _OLDEST_DATA_BYTES and data[0] == _VENDOR:
        return UnusableDevice(
            N_(
                "it speaks in six bytes: its firmware is the oldest, whose keys and latch do "
                "something else than boxd says. Flash a newer firmware, then plug it in again"
            )
        )
    if len(data) != _DATA_BYTES:
        return IgnoredMessage("not a SysEx of five bytes")
    vendor, kind, value = data
    if vendor != _VENDOR:
        return IgnoredMessage(f"vendor {vendor:02X}, not {_VENDOR:02X}")
    if kind in _TYPES_OF_ORDERS:
        return BoardEcho()
    if kind not in _KEY_OF_TYPE:
        return IgnoredMessage(f"type {kind:02X} is no key")
    if value not in (0, 1):
        return IgnoredMessage(f"value {value:02X} is neither touched (01) nor released (00)")
    return BoardKey(_KEY_OF_TYPE[kind], touched=value == 1)


def key(pressed: Key, touched: bool) -> mido.Message:
    """A board's message for a key; for simulated boards."""
    return _message(_TYPE_OF_KEY[pressed], int(touched))


def lamp(name: LampName, lit: bool) -> mido.Message:
    """Light a lamp, or put it out."""
    return _message(TYPE_OF_LAMP[name], int(lit))


def buzzer(milliseconds: int) -> mido.Message:
    """Sound the buzzer once, for 10 to 1270 ms in steps of 10; other lengths are clamped."""
    clamped = min(max(milliseconds, BUZZER_SHORTEST_MS), BUZZER_LONGEST_MS)
    return _message(TYPE_BUZZER, clamped // BUZZER_UNIT_MS)


def unlock() -> mido.Message:
    """One latch pulse of 100 ms."""
    return _message(TYPE_UNLOCK, 1)


def restart() -> mido.Message:
    """A restart of the touch sensor, which may open the door: a person's order alone leads here."""
    return _message(TYPE_RESET, 1)


class CodetvProfile:
    """A CodeTV board as a device: twelve keys, three lamps, a buzzer and one latch."""

    lamps = tuple(LampName)
    one_scan_s = ONE_SCAN_S
    echoes = True
    pulse_s = PULSE_MS / 1000
    doors: tuple[str, ...] = ()
    greeting: tuple[mido.Message, ...] = ()
    unlock = unlock()
    restart = restart()
    restart_s = RESTART_MS / 1000

    def decode(self, message: mido.Message) -> Heard:
        """The meaning of the board's message."""
        return decode(message)

    def lamp(self, lamp_name: LampName, lit: bool) -> tuple[mido.Message, ...]:
        """Light a lamp, or put it out."""
        return (lamp(lamp_name, lit),)

    def buzzer(self, milliseconds: int) -> tuple[mido.Message, None]:
        """One sound, which the board ends by itself."""
        return buzzer(milliseconds), None
