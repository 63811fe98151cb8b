"""The messages inside the frames of the Arduino protocol: the payload of each kind.

Specified in docs/arduino-protocol.md.
"""

from __future__ import annotations

import struct
from dataclasses import astuple, dataclass
from enum import IntEnum
from typing import ClassVar

from boxd.arduino.frames import Frame

PROTOCOL_VERSION = 1
REPLY = 0x80  # a reply's kind is its command's with this bit set
NO_BOARD_NUMBER = 255

PULSE_SHORTEST_MS = 10
PULSE_LONGEST_MS = 500
BUZZER_LONGEST_MS = 5000
SILENCE_MS = 1000


class ResultCode(IntEnum):
    """What became of a command."""

    OK = 0
    STALE_BOOT = 1
    STALE_ID = 2
    BAD_ARGUMENT = 3
    BUSY = 4
    UNKNOWN_TYPE = 5
    BAD_VERSION = 6
    BAD_LENGTH = 7


@dataclass(frozen=True)
class Hello:
    """Asks what the board is; has neither nonce nor id."""

    KIND: ClassVar[int] = 0x01
    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<B")
    protocol: int = PROTOCOL_VERSION


@dataclass(frozen=True)
class PulseCommand:
    """Energises a latch, counted from 1, for this long."""

    KIND: ClassVar[int] = 0x02
    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<BH")
    latch: int
    milliseconds: int


@dataclass(frozen=True)
class Lamps:
    """Sets the lamps in `mask` to their bits in `lit`; bit 0 is lamp 1."""

    KIND: ClassVar[int] = 0x03
    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<BB")
    mask: int
    lit: int


@dataclass(frozen=True)
class BuzzerCommand:
    """Sounds for this long; 0 is silence."""

    KIND: ClassVar[int] = 0x04
    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<H")
    milliseconds: int


@dataclass(frozen=True)
class ReadDoors:
    """Asks for the doors' levels."""

    KIND: ClassVar[int] = 0x05
    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<")


@dataclass(frozen=True)
class Subscribe:
    """Asks for a message on each door that moves (1), or stops them (0)."""

    KIND: ClassVar[int] = 0x06
    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<B")
    on: int


@dataclass(frozen=True)
class Ping:
    """Says that the host is there, and asks for the board's state."""

    KIND: ClassVar[int] = 0x07
    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<")


@dataclass(frozen=True)
class AllOff:
    """Turns latches, lamps and buzzer off."""

    KIND: ClassVar[int] = 0x08
    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<")


@dataclass(frozen=True)
class Welcome:
    """The answer to Hello: what the board is and has."""

    KIND: ClassVar[int] = Hello.KIND | REPLY
    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<10BHHIH")
    result: int
    protocol: int
    major: int
    minor: int
    patch: int
    board: int
    latches: int
    doors: int
    lamps: int
    buzzer: int
    longest_pulse_ms: int
    silence_ms: int
    last_id: int
    bad_frames: int

    @property
    def firmware(self) -> str:
        """The firmware's version in the usual form."""
        return f"{self.major}.{self.minor}.{self.patch}"


@dataclass(frozen=True)
class DoorLevels:
    """The answer to ReadDoors: debounced levels (bit 0 is door 1), and the number of changes."""

    KIND: ClassVar[int] = ReadDoors.KIND | REPLY
    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<BHB")
    result: int
    seq: int
    levels: int


@dataclass(frozen=True)
class Subscribed:
    """The answer to Subscribe, with the fields of DoorLevels."""

    KIND: ClassVar[int] = Subscribe.KIND | REPLY
    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<BHB")
    result: int
    seq: int
    levels: int


@dataclass(frozen=True)
class Pong:
    """The answer to Ping: doors, outputs that are on, frames dropped, flags."""

    KIND: ClassVar[int] = Ping.KIND | REPLY
    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<BHBBBHB")
    result: int
    seq: int
    levels: int
    lamps: int
    latches: int
    bad_frames: int
    flags: int

    @property
    def is_subscribed(self) -> bool:
        """Whether the board reports doors."""
        return bool(self.flags & 1)


@dataclass(frozen=True)
class DoorMoved:
    """A door's contact has a new level; with the levels of all."""

    KIND: ClassVar[int] = 0x40
    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<HBBB")
    seq: int
    door: int
    level: int
    levels: int


@dataclass(frozen=True)
class ReplyMessage:
    """The answer to a command that has only a result; `command` is its kind."""

    command: int
    result: int


@dataclass(frozen=True)
class Unreadable:
    """A frame of an unknown kind (`is_known` is False), or with a payload of the wrong length."""

    kind: int
    is_known: bool


Command = Hello | PulseCommand | Lamps | BuzzerCommand | ReadDoors | Subscribe | Ping | AllOff
Message = Command | Welcome | DoorLevels | Subscribed | Pong | DoorMoved | ReplyMessage | Unreadable

_PLAIN_ANSWERS = frozenset({PulseCommand.KIND, Lamps.KIND, BuzzerCommand.KIND, AllOff.KIND})
_OF_KIND: dict[int, type[Command | Welcome | DoorLevels | Subscribed | Pong | DoorMoved]] = {
    message.KIND: message
    for message in (
        Hello,
        PulseCommand,
        Lamps,
        BuzzerCommand,
        ReadDoors,
        Subscribe,
        Ping,
        AllOff,
        Welcome,
        DoorLevels,
        Subscribed,
        Pong,
        DoorMoved,
    )
}


def frame_of(message: Message, nonce: int, number: int) -> Frame:
    """The frame with a message. Raises ValueError if a value does not fit."""
    if isinstance(message, Unreadable):
        raise ValueError(f"nothing can be sent as kind {message.kind:#04x}")  # noqa: TRY004 - of the values, not of the types
    if isinstance(message, ReplyMessage):
        return Frame(message.command | REPLY, nonce, number, bytes([message.result]))
    try:
        payload = message.LAYOUT.pack(*astuple(message))
    except struct.error as error:
        raise ValueError(f"{message} does not fit into a frame: {error}") from error
    return Frame(message.KIND, nonce, number, payload)


def message_of(frame: Frame) -> Message:
    """The message in a frame; never raises."""
    kind = _OF_KIND.get(frame.kind)
    if kind is not None and len(frame.payload) == kind.LAYOUT.size:
        return kind(*kind.LAYOUT.unpack(frame.payload))
    # A refusal of any kind of command has only the result.
    if frame.kind & REPLY and len(frame.payload) == 1:
        return ReplyMessage(frame.kind & ~REPLY, frame.payload[0])
    return Unreadable(frame.kind, kind is not None or frame.kind & ~REPLY in _PLAIN_ANSWERS)


def protocol_of(frame: Frame) -> int | None:
    """The protocol version in a Welcome of any version; None for other frames.

    Every version's Welcome begins with a result and the version.
    """
    is_welcome = frame.kind == Welcome.KIND and len(frame.payload) >= 2
    return frame.payload[1] if is_welcome else None
