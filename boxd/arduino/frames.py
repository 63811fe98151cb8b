"""Frames of the Arduino protocol: COBS, checksum, and parsing them from a byte stream.

A frame is COBS(body) between zero bytes; a body is type u8, boot nonce u32, id u32, payload and
crc u16, little endian. Specified in docs/arduino-protocol.md.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

SHORTEST_BODY = 11
LONGEST_BODY = 40
LONGEST_ENCODED = LONGEST_BODY + 1  # COBS adds one byte to bodies this short

_HEAD = struct.Struct("<BII")
_CRC = struct.Struct("<H")
_CRC_START = 0xFFFF
_CRC_POLYNOMIAL = 0x8408  # 0x1021 with its bits reversed, because bits are processed lowest first


def _crc_of_byte(value: int) -> int:
    for _ in range(8):
        value = (value >> 1) ^ (_CRC_POLYNOMIAL if value & 1 else 0)
    return value


_CRC_TABLE = tuple(_crc_of_byte(value) for value in range(256))


class BadFrame(ValueError):
    """These bytes are no frame; the message says why."""


@dataclass(frozen=True)
class Frame:
    """One frame with its payload as bytes; the payload's fields depend on `kind`."""

    kind: int
    nonce: int
    id: int
    payload: bytes = b""

    @property
    def body(self) -> bytes:
        """The frame before its encoding, checksum included."""
        head = _HEAD.pack(self.kind, self.nonce, self.id) + self.payload
        return head + _CRC.pack(crc(head))

    def to_bytes(self) -> bytes:
        """The encoded frame, with a zero byte before and after it."""
        return b"\0" + cobs(self.body) + b"\0"


def crc(data: bytes) -> int:
    """CRC-16/MCRF4XX, which avr-libc calls `_crc_ccitt_update`."""
    value = _CRC_START
    for byte in data:
        value = (value >> 8) ^ _CRC_TABLE[(value ^ byte) & 0xFF]
    return value


def cobs(body: bytes) -> bytes:
    """The body without zero bytes: each run is preceded by its length plus one.

    Only for bodies of fewer than 254 bytes, which all bodies of this protocol are.
    """
    return b"".join(bytes([len(run) + 1]) + run for run in body.split(b"\0"))


def uncobs(encoded: bytes) -> bytes:
    """The body of an encoded one. Raises BadFrame."""
    runs = []
    rest = encoded
    while rest:
        length = rest[0]
        if not 0 < length <= len(rest) or 0 in rest[1:length]:
            raise BadFrame("the encoding is broken")
        runs.append(rest[1:length])
        rest = rest[length:]
    return b"\0".join(runs)


def parse_frame(encoded: bytes) -> Frame:
    """The frame between two zero bytes. Raises BadFrame."""
    body = uncobs(encoded)
    if not SHORTEST_BODY <= len(body) <= LONGEST_BODY:
        raise BadFrame(f"{len(body)} bytes, not {SHORTEST_BODY} to {LONGEST_BODY}")
    content, (checksum,) = body[: -_CRC.size], _CRC.unpack(body[-_CRC.size :])
    if crc(content) != checksum:
        raise BadFrame("the checksum is wrong")
    kind, nonce, number = _HEAD.unpack_from(content)
    return Frame(kind, nonce, number, content[_HEAD.size :])


class FrameStream:
    """Parses frames from bytes that arrive in any pieces; bounded, and never raises.

    `dropped` counts what was between two zero bytes and was no frame.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self._encoded = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that `data` completes, in order."""
        first, *others = data.split(b"\0")
        self._keep(first)
        frames = []
        for piece in others:
            if frame := self._complete():
                frames.append(frame)
            self._keep(piece)
        return frames

    def _keep(self, piece: bytes) -> None:
        room = LONGEST_ENCODED + 1 - len(self._encoded)  # one more byte tells that it is too long
        self._encoded += piece[:room]

    def _complete(self) -> Frame | None:
        encoded = bytes(self._encoded)
        self._encoded.clear()
        if not encoded:
            return None
        try:
            return parse_frame(encoded)
        except BadFrame:
            self.dropped += 1
            return None
