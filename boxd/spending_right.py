"""What boxes of a fleet tell each other about a code whose spending right moves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class VisitOutcome(StrEnum):
    """What became of a code at the box that it had moved to."""

    SPENT = "spent"  # its prize was given out there, or the code ended there
    BACK = "back"  # nobody used it: its right is on the way home
    NEVER_THERE = "never_there"  # it was not taken in


@dataclass(frozen=True)
class RightWanted:
    """A box asks for the right to spend a code. `move` is this attempt's own id."""

    move: str
    digits: str
    by: int


@dataclass(frozen=True)
class Given:
    """The home box's reply: the code with its epoch, or why it stays (a `Refusal`'s value)."""

    move: str
    home: int
    why_not: str = ""
    code: int = 0
    epoch: int = 0
    sku: str = ""
    attendee: str = ""
    expires_at: str = ""


@dataclass(frozen=True)
class TakenIn:
    """What the asking box did with it: taken in, or why not."""

    is_taken: bool
    why_not: str = ""
