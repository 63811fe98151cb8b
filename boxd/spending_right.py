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
    run: str = ""  # the home's run that gave it


@dataclass(frozen=True)
class TakenIn:
    """What the asking box did with it: taken in, or why not."""

    is_taken: bool
    why_not: str = ""


@dataclass(frozen=True)
class RollCall:
    """A box that may have forgotten moves asks another one about them, a page after another.

    `visiting` are the moves that brought it codes of the asked box, as far as it remembers.
    """

    by: int
    run: str
    visiting: tuple[str, ...] = ()
    after: int = 0


@dataclass(frozen=True)
class RememberedVisit:
    """A code of the calling box that was taken in; `outcome` is None while that is open."""

    move: str
    digits: str
    epoch: int
    outcome: VisitOutcome | None


@dataclass(frozen=True)
class RollAnswer:
    """What the asked box knows. `settled` are those of `visiting` that ended; 0: no more pages."""

    by: int
    visits: tuple[RememberedVisit, ...] = ()
    settled: tuple[str, ...] = ()
    more_after: int = 0
