"""Lends one code of an attendee's limit to the box that wants to issue it.

The keeper counts the lease before the holder can use it, and frees it only after the holder has
written that it will not: whatever is cut or killed, the attendee never gets more than the limit.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

from boxd.limit_lease import LeaseReply
from boxd.workflows.fleet.lease_messages import LEND_LIMIT, LeaseEnd, LeaseStart, LeaseTaken
from boxd.workflows.fleet.lease_signatures import LeaseSignatures
from boxd.workflows.fleet.retries import EACH_TRY, WITHOUT_END

# The issue asks again as long as the keeper does not answer.
_KEEPER_ANSWERS_WITHIN = timedelta(seconds=2)


@workflow.defn(name=LEND_LIMIT)
class LendLimitWorkflow:
    """Runs at the holder until the keeper knows what became of the lease."""

    def __init__(self) -> None:
        self._reply: LeaseReply | None = None

    @workflow.run
    async def run(self, start: LeaseStart) -> None:
        """Ask the keeper, wait for the issue's end, and tell the keeper."""
        wanted = start.wanted
        reply = await self._asked(start)
        is_used = False
        if reply.is_reached:
            await workflow.execute_activity_method(
                LeaseSignatures.take_lease,
                LeaseTaken(wanted, reply, start.keeper),
                start_to_close_timeout=EACH_TRY,
                retry_policy=WITHOUT_END,
            )
        self._reply = reply
        if reply.is_reached and not reply.why_not:
            is_used = await workflow.execute_activity_method(
                LeaseSignatures.lease_outcome,
                wanted.lease,
                start_to_close_timeout=EACH_TRY,
                retry_policy=WITHOUT_END,
            )
        await workflow.execute_activity_method(
            LeaseSignatures.settle_lease,
            LeaseEnd(wanted.lease, wanted.by, is_used),
            task_queue=start.keeper_queue,
            start_to_close_timeout=EACH_TRY,
            retry_policy=WITHOUT_END,
        )
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.update
    async def answer(self) -> LeaseReply:
        """Wait until it is known whether the code may be issued."""
        await workflow.wait_condition(lambda: self._reply is not None)
        return self._reply or LeaseReply("", is_reached=False)

    async def _asked(self, start: LeaseStart) -> LeaseReply:
        """The keeper's reply; one that does not come in time is none, and is undone at the end."""
        try:
            return await workflow.execute_activity_method(
                LeaseSignatures.give_lease,
                start.wanted,
                task_queue=start.keeper_queue,
                schedule_to_close_timeout=_KEEPER_ANSWERS_WITHIN,
            )
        except ActivityError:
            return LeaseReply(start.wanted.lease, is_reached=False)
