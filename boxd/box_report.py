"""What a box tells the hub of its fleet about itself, and what the hub brings to it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StockHere:
    """A prize and its units at one box."""

    sku: str
    name: str
    on_hand: int
    held: int
    dispensed: int


@dataclass(frozen=True)
class WaitingPerson:
    """A question that a person at the box has to answer, and since when."""

    text: str
    since: str


@dataclass(frozen=True)
class BoxReport:
    """A box at one moment of its own clock; codes are those that can still be spent."""

    number: int
    name: str
    release: str
    at: str
    state: str
    why: str
    waiting: tuple[WaitingPerson, ...]
    alarms: tuple[str, ...]
    stock: tuple[StockHere, ...]
    codes_at_home: int
    codes_away: int
    codes_visiting: int


@dataclass(frozen=True)
class Declaration:
    """Prizes and tasks as a file has them, for every box."""

    text: str


@dataclass(frozen=True)
class TakenDeclaration:
    """What came of a declaration at one box: `why_not` is empty if all of it is in effect."""

    number: int
    why_not: str = ""
