"""The inputs and results of the redemption workflow."""

from __future__ import annotations

from dataclasses import dataclass

from boxd.redemption import RedemptionStanding
from boxd.workflows.box_ids import at_box, without_box

WORKFLOW = "Redemption"

PREFIX = "redemption-"


def workflow_id(redemption: str, box: str) -> str:
    """The id of the workflow that drives a redemption at a box."""
    return at_box(PREFIX + redemption, box)


def redemption_of(workflow: str, box: str) -> str:
    """The redemption of the workflow with this id."""
    return without_box(workflow, box).removeprefix(PREFIX)


@dataclass(frozen=True)
class RedemptionStart:
    """A redemption in the ledger, new or resumed.

    The waits are in seconds; reminders start at `reminder_first_s` and double. `digest` is empty.
    The first version claimed in the workflow: in its histories it is the keyed digest of the typed
    code in hexadecimal, `well_formed` says whether the check digit fits, and `tells_its_stage`
    that stage and locker are written to the search attributes whenever they change.
    """

    redemption: str
    bay: str
    digest: str
    reminder_first_s: float
    reminder_longest_s: float
    door_left_open_s: float
    well_formed: bool = True
    tells_its_stage: bool = True


@dataclass(frozen=True)
class Reminder:
    """Nobody has answered: the pending question, and the number of this reminder.

    `due_s` is how long after the question it is due.
    """

    standing: RedemptionStanding
    number: int
    due_s: float = 0.0


@dataclass(frozen=True)
class RedemptionStatus:
    """The answer to the query `status`: the stage, what is pending, who has to act, since when."""

    standing: RedemptionStanding | None
    awaited: tuple[str, ...]
    who: str
    since: str
    reminders: int
