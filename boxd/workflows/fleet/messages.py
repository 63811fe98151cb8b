"""Names, inputs and results of the workflow that moves a code to another box."""

from __future__ import annotations

from dataclasses import dataclass

from boxd.spending_right import Given, RightWanted, RollCall, VisitOutcome
from boxd.workflows.box_ids import at_box

MOVE_CODE = "MoveCode"
ROLL_CALL = "RollCall"


def box_of_event(event: str, number: int) -> str:
    """What a box is called at the event's service; its queue is named after that."""
    return f"{event}.{number}"


def move_workflow_id(move: str, box: str) -> str:
    """The id of the workflow of a move to `box`, as it is called at the event's service."""
    return at_box(f"move-code-{move}", box)


def roll_call_workflow_id(box: str) -> str:
    """The id of the workflow by which a box asks all others what it may have forgotten."""
    return at_box("roll-call", box)


@dataclass(frozen=True)
class AskedBox:
    """Another box, what it is asked, and the queue that it serves."""

    call: RollCall
    queue: str


@dataclass(frozen=True)
class RollCallStart:
    """All boxes of the event but the one that asks."""

    others: tuple[AskedBox, ...]


@dataclass(frozen=True)
class MoveStart:
    """A code that was typed at another box than its home; `home_queue` is served by that box."""

    wanted: RightWanted
    home: int
    home_queue: str


@dataclass(frozen=True)
class CodeVisit:
    """A code that was given, and its digits."""

    given: Given
    digits: str


@dataclass(frozen=True)
class Settlement:
    """The end of a move, for the home box."""

    move: str
    outcome: VisitOutcome
    by: int


@dataclass(frozen=True)
class CodeArrival:
    """Whether the code can be claimed now; `why_not` is a `Refusal`'s value."""

    is_here: bool
    why_not: str = ""
