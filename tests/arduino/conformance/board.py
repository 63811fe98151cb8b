"""A board under test, a case, and the list of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import serial

from tests.arduino.talking import Host

BOARD_ID = 1
SILENCE_S = 1.0
DEBOUNCE_S = 0.025
SOON_S = 2.0  # a deadline for what should happen at once, on a machine with other things to do


@dataclass(frozen=True)
class Edge:
    """An output changed: `latch-1`, `lamp-1` or `buzzer`; the time is the board's own."""

    pin: str
    level: int
    at_s: float


class Board(Protocol):
    """A board under test, of layout six: latches, doors 1 to 6, lamps 1 to 3, a buzzer.

    `late_s` says how far from what was ordered its outputs may change, in its own time.
    """

    late_s: float

    def open(self) -> serial.Serial:
        """Open its line."""

    def edges(self) -> Sequence[Edge]:
        """Every change of an output since it was made, in order."""

    def set_door(self, door: int, level: int) -> None:
        """Put a level at the contact of a door, counted from 1."""

    def reset(self) -> None:
        """Press its reset button; the line stays open."""

    def restart(self, board_id: int | None) -> serial.Serial:
        """Switch it off and on with another id, or with none; returns its line, opened again."""

    def hurry(self, in_a_hurry: bool) -> None:
        """Let its time run faster than the clock from now on, if it can."""


@dataclass(frozen=True)
class Case:
    """One thing that has to hold; `check` raises AssertionError when it does not."""

    name: str
    check: Callable[[Board, Host], None]


CASES: list[Case] = []


def case(check: Callable[[Board, Host], None]) -> Callable[[Board, Host], None]:
    """Put a check into the list, under its name."""
    CASES.append(Case(check.__name__, check))
    return check
