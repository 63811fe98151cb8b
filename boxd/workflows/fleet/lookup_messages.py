"""What somebody at the hub looks up at every box, and what each box answers."""

from __future__ import annotations

from dataclasses import dataclass

from boxd.ledger.dispensed import DispensedUnits
from boxd.ledger.task_sums import CheckpointSum, TaskSum
from boxd.workflows.box_ids import at_box
from boxd.workflows.fleet.hub_messages import BoxAtQueue, hub_of_event

FIND_PEOPLE = "FindPeople"
SUM_UP = "SumUp"
SEARCH_TRAIL = "SearchTrail"

MOST_PEOPLE = 50
MOST_ROWS = 50


def lookup_id(event: str, name: str) -> str:
    """The id of one lookup."""
    return at_box(f"lookup-{name}", hub_of_event(event))


@dataclass(frozen=True)
class Lookup:
    """What is wanted: `text` as a box's own console takes it, `since` in the ledger's form."""

    text: str = ""
    since: str | None = None


@dataclass(frozen=True)
class LookupStart:
    """A lookup at these boxes."""

    lookup: Lookup
    boxes: tuple[BoxAtQueue, ...]


@dataclass(frozen=True)
class CodeHere:
    """A code of a person, at the box that made it."""

    number: int
    prize: str
    state: str


@dataclass(frozen=True)
class TaskHere:
    """A task of a person, with the words for its state."""

    name: str
    label: str


@dataclass(frozen=True)
class PersonHere:
    """Somebody who is known at a box, with the newest of their codes."""

    number: int
    name: str
    codes: tuple[CodeHere, ...]
    tasks: tuple[TaskHere, ...]


@dataclass(frozen=True)
class PeopleHere:
    """Whom the text can mean at one box, MOST_PEOPLE at most."""

    box: int
    people: tuple[PersonHere, ...]


@dataclass(frozen=True)
class SumsHere:
    """What one box gave out, and how its tasks and checkpoints went."""

    box: int
    given_out: tuple[DispensedUnits, ...]
    tasks: tuple[TaskSum, ...]
    checkpoints: tuple[CheckpointSum, ...]


@dataclass(frozen=True)
class RowHere:
    """A row of a box's audit trail, in short."""

    at: str
    actor: str
    action: str
    cause: str
    locker: int | None
    code: int | None
    sku: str | None
    redemption: str | None


@dataclass(frozen=True)
class TrailHere:
    """The newest rows of one box's audit trail that have the text, MOST_ROWS at most."""

    box: int
    rows: tuple[RowHere, ...]
