"""What goes into and comes out of the redemption workflow."""

from __future__ import annotations

from dataclasses import dataclass

from boxd.redemption import RedemptionStanding

WORKFLOW = "Redemption"

_PREFIX = "redemption-"


def workflow_id(redemption: str) -> str:
    """The id of the workflow that drives a redemption."""
    return _PREFIX + redemption


def redemption_of(workflow: str) -> str:
    """The redemption that a workflow of this id drives."""
    return workflow.removeprefix(_PREFIX)


@dataclass(frozen=True)
class RedemptionStart:
    """A redemption that the ledger knows, new or taken up again.

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
    """Nobody answered: what is waited for, and the how-manieth reminder this is.

    `due_s` is how long after the question it is due.
    """

    standing: RedemptionStanding
    number: int
    due_s: float = 0.0


@dataclass(frozen=True)
class RedemptionStatus:
    """The answer to the query `status`: where it stands, what is awaited, from whom, since when."""

    standing: RedemptionStanding | None
    awaited: tuple[str, ...]
    who: str
    since: str
    reminders: int
