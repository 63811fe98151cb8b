"""The bytes that a CodeTV board may be sent.

Every message is a SysEx of five bytes, F0 7D type value F7. The firmware looks only at the third
byte, so anything else may open a door: a reset (70) drives the latch high in older revisions.
"""

from __future__ import annotations

from itertools import pairwise

UNLOCK = 0x60
RESET = 0x70
_LAMPS = (0x20, 0x30, 0x40)
_BUZZER = 0x50


def is_board(device: str) -> bool:
    """Whether a MIDI port's name is that of a CodeTV board."""
    return device.startswith("CodeTV Board")


def messages(sent: bytes) -> list[bytes]:
    """Cut what was sent into messages, each from one F0 to before the next."""
    starts = [at for at, byte in enumerate(sent) if byte == 0xF0]
    bounds = sorted({0, *starts, len(sent)})
    return [sent[start:end] for start, end in pairwise(bounds)]


def is_unlock(message: bytes) -> bool:
    """Whether the board would pulse its latch: it asks the third byte alone."""
    return len(message) > 2 and message[0] == 0xF0 and message[2] == UNLOCK


def is_restart(message: bytes) -> bool:
    """Whether the board would restart its touch sensor, and in older revisions pulse its latch."""
    return len(message) > 2 and message[0] == 0xF0 and message[2] == RESET


def why_forbidden(message: bytes) -> str:
    """The reason why a board must never be sent `message`; empty for one of its table.

    A restart is no less forbidden, but for those that a person has ordered.
    """
    if len(message) > 2 and message[2] == RESET:
        return "a reset, which opens the door in older revisions"
    if len(message) != 5 or message[:2] != b"\xf0\x7d" or message[4] != 0xF7:
        return "no message of the board's table"
    kind, value = message[2], message[3]
    if value > 0x7F:
        return "a value that is no MIDI data byte"
    if kind in _LAMPS:
        return "" if value in (0, 1) else "a lamp value other than 0 and 1"
    return "" if kind in (_BUZZER, UNLOCK) else "a type that is not in the board's table"
