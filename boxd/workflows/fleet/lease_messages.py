"""Names, inputs and results of the workflow that lends a part of an attendee's limit."""

from __future__ import annotations

from dataclasses import dataclass

from boxd.limit_lease import LeaseReply, LeaseWanted
from boxd.workflows.box_ids import at_box

LEND_LIMIT = "LendLimit"


def lease_workflow_id(issue: str, box: str) -> str:
    """The id of the workflow for an issue of `box`: one at a time asks for it."""
    return at_box(f"lend-limit-{issue}", box)


@dataclass(frozen=True)
class LeaseStart:
    """A lease that is wanted from the keeper of the limits, which serves `keeper_queue`."""

    wanted: LeaseWanted
    keeper: int
    keeper_queue: str


@dataclass(frozen=True)
class LeaseTaken:
    """What the keeper said, for the holder."""

    wanted: LeaseWanted
    reply: LeaseReply
    keeper: int


@dataclass(frozen=True)
class LeaseEnd:
    """The end of a lease, for the keeper."""

    lease: str
    by: int
    is_used: bool
