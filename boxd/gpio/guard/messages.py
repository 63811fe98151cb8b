"""The messages between the guard and its client, one per packet; no socket in this module."""

from __future__ import annotations

import struct
from dataclasses import dataclass

LONGEST_BYTES = 1024

_KIND = struct.Struct("=B")
_PULSE = struct.Struct("=BIBHd")
_READY = struct.Struct("=BI")
_ORDER = struct.Struct("=BI")


@dataclass(frozen=True)
class Beat:
    """A sign of life. Both sides send it."""


@dataclass(frozen=True)
class GuardPulse:
    """The client orders a pulse; `at` is when it was sent, on the monotonic clock."""

    order: int
    latch: int
    ms: int
    at: float


@dataclass(frozen=True)
class Ready:
    """The guard holds every pin, and each is off; `pulser` is the process that holds them."""

    pulser: int


@dataclass(frozen=True)
class Begun:
    """The latch of this order is energised."""

    order: int


@dataclass(frozen=True)
class GuardRefused:
    """The order was not carried out and never will be."""

    order: int
    why: str


@dataclass(frozen=True)
class Failed:
    """The guard can't hold its pins, and ends."""

    why: str


Message = Beat | GuardPulse | Ready | Begun | GuardRefused | Failed


def to_bytes(message: Message) -> bytes:
    """The packet with a message."""
    match message:
        case Beat():
            return _KIND.pack(0)
        case GuardPulse():
            return _PULSE.pack(1, message.order, message.latch, message.ms, message.at)
        case Ready():
            return _READY.pack(2, message.pulser)
        case Begun():
            return _ORDER.pack(3, message.order)
        case GuardRefused():
            return _ORDER.pack(4, message.order) + _text(message.why)
        case Failed():
            return _KIND.pack(5) + _text(message.why)


def from_bytes(packet: bytes) -> Message:
    """The message in a packet. Raises ValueError for anything else."""
    try:
        match packet[0]:
            case 0:
                return Beat()
            case 1:
                return GuardPulse(*_PULSE.unpack(packet)[1:])
            case 2:
                return Ready(*_READY.unpack(packet)[1:])
            case 3:
                return Begun(*_ORDER.unpack(packet)[1:])
            case 4:
                (_, order) = _ORDER.unpack_from(packet)
                return GuardRefused(order, packet[_ORDER.size :].decode())
            case 5:
                return Failed(packet[1:].decode())
    except (IndexError, struct.error) as error:
        raise ValueError(f"not a message: {packet.hex()}") from error
    raise ValueError(f"not a message: {packet.hex()}")


def _text(why: str) -> bytes:
    return why.encode()[: LONGEST_BYTES - 16].decode(errors="ignore").encode()
