"""The activities of a lease, and the request for one by an issue of this box."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from temporalio import activity
from temporalio.client import Client, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.service import RPCError

from boxd.ledger import limit_leases
from boxd.ledger.ledger import Ledger
from boxd.limit_lease import LeaseReply, LeaseWanted
from boxd.temporal.queues import TASK_TIMEOUT, task_queue
from boxd.workflows.activity_errors import as_activity_errors
from boxd.workflows.box_ids import found_by_box
from boxd.workflows.fleet.lease_messages import (
    LeaseEnd,
    LeaseStart,
    LeaseTaken,
    lease_workflow_id,
)
from boxd.workflows.fleet.lease_signatures import LeaseSignatures
from boxd.workflows.fleet.lease_workflow import LendLimitWorkflow
from boxd.workflows.fleet.messages import box_of_event

log = structlog.get_logger(__name__)

_START_WITHIN = timedelta(seconds=2)
# The keeper's two seconds, and the way there and back.
_ANSWERS_WITHIN = timedelta(seconds=4)


@dataclass(frozen=True)
class LimitRules:
    """The most codes for an attendee (0: no limit), and the number of the box that counts them."""

    per_attendee: int
    keeper: int


class LeaseActivities(LeaseSignatures):
    """Keeper and holder of leases at this box."""

    def __init__(self, ledger: Ledger, event: str, number: int, rules: LimitRules) -> None:
        self._ledger = ledger
        self._event = event
        self._number = number
        self._rules = rules

    def all(self) -> Sequence[Callable[..., object]]:
        """The activities, for the worker."""
        return (self.give_lease, self.take_lease, self.lease_outcome, self.settle_lease)

    @activity.defn
    async def give_lease(self, wanted: LeaseWanted) -> LeaseReply:
        """Give the lease, or say why not."""
        with as_activity_errors():
            return await self._ledger.write(
                lambda tx: limit_leases.give(tx, wanted, self._rules.per_attendee)
            )

    @activity.defn
    async def take_lease(self, taken: LeaseTaken) -> None:
        """Write down what the keeper said."""
        with as_activity_errors():
            await self._ledger.write(
                lambda tx: limit_leases.take(tx, taken.wanted, taken.reply, taken.keeper)
            )

    @activity.defn
    async def lease_outcome(self, lease: str) -> bool:
        """Whether a code was issued with it; fails while its issue is open."""
        with as_activity_errors():
            is_used = await self._ledger.write(lambda tx: limit_leases.outcome(tx, lease))
        if is_used is None:
            raise ApplicationError(
                "the code is being issued",
                type="StillOpen",
                category=ApplicationErrorCategory.BENIGN,
            )
        return is_used

    @activity.defn
    async def settle_lease(self, end: LeaseEnd) -> None:
        """End the lease."""
        with as_activity_errors():
            await self._ledger.write(
                lambda tx: limit_leases.settle(tx, end.lease, end.by, is_used=end.is_used)
            )

    async def ask(self, client: Client, issue: str, attendee: str) -> bool:
        """Ask the keeper for a lease; returns whether it was heard. Its word is in the ledger.

        While an earlier request is under way its answer is waited for, and no other one is sent.
        """
        box = box_of_event(self._event, self._number)
        keeper = self._rules.keeper
        wanted = LeaseWanted(secrets.token_hex(8), issue, attendee, self._number)
        keeper_queue = task_queue(box_of_event(self._event, keeper))
        try:
            handle = await client.start_workflow(
                LendLimitWorkflow.run,
                LeaseStart(wanted, keeper, keeper_queue),
                id=lease_workflow_id(issue, box),
                task_queue=task_queue(box),
                task_timeout=TASK_TIMEOUT,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                search_attributes=found_by_box(box),
                rpc_timeout=_START_WITHIN,
            )
            reply = await handle.execute_update(
                LendLimitWorkflow.answer, rpc_timeout=_ANSWERS_WITHIN
            )
        except (RPCError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
            log.warning("fleet.no_lease", issue=issue, why=type(error).__name__)
            return False
        return reply.is_reached
