"""The frames of locker boards, apart from any port. Pure functions.

Two families, as docs/hardware.md cites them:

    8a   8A BOARD LOCK 11 XOR         opens a lock; answered by 8A BOARD LOCK 00|11 XOR
         80 BOARD 00 33 XOR           asks for all; answered by 80 BOARD B3 B2 B1 33 XOR
    cu   02 BOARD LOCK 61 03 SUM      opens a lock, from 0; answered by 02 BOARD LOCK 75 00 SUM
         02 BOARD 00 60 03 SUM        asks for all; answered by 02 BOARD 00 75 N B1 .. BN SUM

In a status byte bit 0 is the lowest lock, set while its contact is closed. Lock 0 of the first
family means all locks, as other commands of the second do: nothing here can express them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import xor

from boxd.lockerbus.sections import BoardProtocol

STATUS_BYTES_8A = 3
LONGEST_STATUS_CU = 8
_OPENING = 0x8A
_ASKING = 0x80
_OPEN_8A = 0x11
_STATUS_8A = 0x33
_STX, _ETX = 0x02, 0x03
_STATUS_CU, _OPEN_CU, _DONE_CU = 0x60, 0x61, 0x75


@dataclass(frozen=True)
class OpenLock:
    """Open one lock of a board, counted from 1."""

    board: int
    lock: int


@dataclass(frozen=True)
class ReadLocks:
    """Ask a board for the contacts of all its locks."""

    board: int


Order = OpenLock | ReadLocks


@dataclass(frozen=True)
class BoardReply:
    """A board's answer to an order; `contacts` has a bit for each lock, set while it is closed.

    `end` is where the frame ends in what was received.
    """

    contacts: int
    end: int


def order_bytes(protocol: BoardProtocol, order: Order) -> bytes:
    """The frame of an order. Raises ValueError for a lock that no board has."""
    if isinstance(order, OpenLock) and order.lock < 1:
        raise ValueError(f"there is no lock {order.lock}")
    if protocol is BoardProtocol.HEADER_8A:
        body = (
            (_OPENING, order.board, order.lock, _OPEN_8A)
            if isinstance(order, OpenLock)
            else (_ASKING, order.board, 0, _STATUS_8A)
        )
        return bytes((*body, checksum(protocol, bytes(body))))
    lock, command = (order.lock - 1, _OPEN_CU) if isinstance(order, OpenLock) else (0, _STATUS_CU)
    start = bytes((_STX, order.board, lock, command, _ETX))
    return start + bytes((checksum(protocol, start),))


def checksum(protocol: BoardProtocol, data: bytes) -> int:
    """The last byte of a frame: the exclusive or of the others, or their sum."""
    return reduce(xor, data, 0) if protocol is BoardProtocol.HEADER_8A else sum(data) & 0xFF


def without_echo(protocol: BoardProtocol, order: Order, received: bytes) -> bytes:
    """What was received without the adapter's own echo of the order, if that is there."""
    return received.replace(order_bytes(protocol, order), b"", 1)


def find_reply(protocol: BoardProtocol, order: Order, received: bytes) -> BoardReply | None:
    """The first whole reply to `order` in bytes that may hold noise and others' frames as well."""
    for start in range(len(received)):
        for length in _lengths(protocol, order, received[start:]):
            frame = received[start : start + length]
            if len(frame) == length and _answers(protocol, order, frame):
                return BoardReply(_contacts(protocol, order, frame), start + length)
    return None


def _lengths(protocol: BoardProtocol, order: Order, rest: bytes) -> Iterator[int]:
    if protocol is BoardProtocol.HEADER_8A:
        yield 5 if isinstance(order, OpenLock) else 4 + STATUS_BYTES_8A
    elif isinstance(order, OpenLock):
        yield 6
    elif len(rest) > 4 and 0 < rest[4] <= LONGEST_STATUS_CU:
        yield 6 + rest[4]


def _answers(protocol: BoardProtocol, order: Order, frame: bytes) -> bool:
    if frame[1] != order.board or frame[-1] != checksum(protocol, frame[:-1]):
        return False
    if protocol is BoardProtocol.HEADER_8A:
        if isinstance(order, OpenLock):
            return frame[:3] == bytes((_OPENING, order.board, order.lock)) and frame[3] in (0, 0x11)
        return frame[0] == _ASKING and frame[-2] == _STATUS_8A
    lock = frame[2] in ((order.lock - 1, 0) if isinstance(order, OpenLock) else (0,))
    return frame[0] == _STX and lock and frame[3] == _DONE_CU


def _contacts(protocol: BoardProtocol, order: Order, frame: bytes) -> int:
    if isinstance(order, OpenLock):
        return 0
    if protocol is BoardProtocol.HEADER_8A:
        return int.from_bytes(frame[2 : 2 + STATUS_BYTES_8A], "big")
    return int.from_bytes(frame[5:-1], "little")


def reply_bytes(protocol: BoardProtocol, order: Order, contacts: int, count: int) -> bytes:
    """A board's answer, for the other end: `contacts` as in `BoardReply`, `count` locks."""
    if protocol is BoardProtocol.HEADER_8A:
        if isinstance(order, OpenLock):
            is_closed = contacts >> (order.lock - 1) & 1
            body = bytes((_OPENING, order.board, order.lock, _OPEN_8A if is_closed else 0))
        else:
            states = contacts.to_bytes(STATUS_BYTES_8A, "big")
            body = bytes((_ASKING, order.board, *states, _STATUS_8A))
    elif isinstance(order, OpenLock):
        body = bytes((_STX, order.board, order.lock - 1, _DONE_CU, 0))
    else:
        states = contacts.to_bytes((count + 7) // 8, "little")
        body = bytes((_STX, order.board, 0, _DONE_CU, len(states), *states))
    return body + bytes((checksum(protocol, body),))


def find_order(protocol: BoardProtocol, received: bytes) -> tuple[Order, int] | None:
    """The first order in bytes, and where it ends, for the other end; None if there is none yet."""
    length = 5 if protocol is BoardProtocol.HEADER_8A else 6
    for start in range(len(received) - length + 1):
        frame = received[start : start + length]
        if frame[-1] != checksum(protocol, frame[:-1]):
            continue
        board, lock = frame[1], frame[2]
        head = (frame[0], frame[3])
        if head in ((_OPENING, _OPEN_8A), (_STX, _OPEN_CU)):
            number = lock if protocol is BoardProtocol.HEADER_8A else lock + 1
            return OpenLock(board, number), start + length
        if head in ((_ASKING, _STATUS_8A), (_STX, _STATUS_CU)):
            return ReadLocks(board), start + length
    return None
