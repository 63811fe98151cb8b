"""What the cases look at: edges, levels, and what PING tells."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from typing import NamedTuple

from tests.arduino.conformance.board import SOON_S, Board, Edge
from tests.arduino.talking import PING, Host


class Pong(NamedTuple):
    """The fields of PING's reply."""

    result: int
    seq: int
    levels: int
    lamps: int
    latches: int
    bad_frames: int
    flags: int

    @property
    def is_subscribed(self) -> bool:
        return bool(self.flags & 1)


def ping(host: Host) -> Pong:
    return Pong(*struct.unpack("<BHBBBHB", host.order(PING).payload))


def edges_of(board: Board, pin: str) -> list[Edge]:
    return [edge for edge in board.edges() if edge.pin == pin]


def latch_edges(board: Board) -> list[Edge]:
    return [edge for edge in board.edges() if edge.pin.startswith("latch")]


def levels_of(board: Board, *pins: str) -> list[int]:
    now = dict.fromkeys(pins, 0)
    for edge in board.edges():
        if edge.pin in now:
            now[edge.pin] = edge.level
    return [now[pin] for pin in pins]


def is_anything_on(board: Board) -> bool:
    return any(levels_of(board, *{edge.pin for edge in board.edges()}))


def wait(host: Host, condition: Callable[[], bool], *, alive: bool = True) -> None:
    """Wait for a condition, speaking to the board meanwhile or, not `alive`, in silence."""
    deadline = time.monotonic() + SOON_S
    while not condition():
        assert time.monotonic() < deadline, f"not within {SOON_S} s"
        if alive:
            host.order(PING)
        host.listen(0.02)
