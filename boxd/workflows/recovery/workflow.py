"""The recovery workflow: from the first question of a playbook to its end, for days if need be.

The ledger takes the answers, so that a recovery goes on while the server is away: that may be
what is to be recovered. The workflow calls the playbooks that this one calls, as its children, and
reminds people of a question that waits.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ChildWorkflowError, WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from boxd.recovery import RecoveryStanding
    from boxd.workflows.local_activities import until_done
    from boxd.workflows.recovery import messages
    from boxd.workflows.recovery.messages import RecoveryStart
    from boxd.workflows.recovery.signatures import RecoverySignatures

_UNTIL_DONE = until_done(longest_pause=timedelta(seconds=10))
_TASK_TIMEOUT = timedelta(seconds=2)
# Children at a time: a stocktake of fifty prizes is no fifty open questions for the server.
_CHILDREN = 4
_LOOK_AGAIN = timedelta(seconds=10)


@workflow.defn(name=messages.WORKFLOW)
class RecoveryWorkflow:
    """One recovery. `look_again` is a signal, `status` is a query."""

    @workflow.init
    def __init__(self, start: RecoveryStart) -> None:
        self._start = start
        self._standing: RecoveryStanding | None = None

    @workflow.run
    async def run(self, start: RecoveryStart) -> str:
        """Go from step to step with the ledger; returns the last step."""
        standing = await self._look()
        while not standing.has_ended:
            if standing.children:
                await self._call(standing)
                standing = await self._look()
            elif standing.runs:
                standing = await self._ran(standing)
            else:
                standing = await self._moved_on(standing)
            if workflow.info().is_continue_as_new_suggested() and not standing.has_ended:
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(start)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return standing.step

    @workflow.signal
    async def look_again(self) -> None:
        """Read the recovery's standing in the ledger."""
        await self._look()

    @workflow.query
    def status(self) -> RecoveryStanding | None:
        """The recovery's standing, as far as the workflow knows it."""
        return self._standing

    async def _look(self) -> RecoveryStanding:
        """The ledger's standing, unless a later one is known already."""
        return self._newest(
            await workflow.execute_local_activity_method(
                RecoverySignatures.look_at_recovery, self._start.recovery, **_UNTIL_DONE
            )
        )

    async def _ran(self, standing: RecoveryStanding) -> RecoveryStanding:
        """Have boxd do what it does at this step; returns where its answer has led."""
        return self._newest(
            await workflow.execute_local_activity_method(
                RecoverySignatures.run_for_recovery, standing, **_UNTIL_DONE
            )
        )

    def _newest(self, found: RecoveryStanding) -> RecoveryStanding:
        if self._standing is None or found.number >= self._standing.number:
            self._standing = found
        return self._standing

    async def _moved_on(self, standing: RecoveryStanding) -> RecoveryStanding:
        """Wait for an answer; if none comes for long, remind people once."""
        wait = timedelta(seconds=self._start.remind_after_s)
        try:
            await workflow.wait_condition(lambda: self._differs(standing), timeout=wait)
        except TimeoutError:
            await workflow.execute_local_activity_method(
                RecoverySignatures.remind_of_recovery, standing, **_UNTIL_DONE
            )
            await workflow.wait_condition(lambda: self._differs(standing))
        return self._standing or standing

    def _differs(self, standing: RecoveryStanding) -> bool:
        return self._standing != standing

    async def _call(self, standing: RecoveryStanding) -> None:
        """Run some children, until they have ended or this recovery has gone on without them."""
        some = standing.children[:_CHILDREN]
        running = [asyncio.create_task(self._child(each)) for each in some]
        await workflow.wait_condition(
            lambda: all(each.done() for each in running) or self._has_left(standing)
        )

    def _has_left(self, standing: RecoveryStanding) -> bool:
        return self._standing is not None and self._standing.number != standing.number

    async def _child(self, recovery: str) -> None:
        try:
            await workflow.execute_child_workflow(
                RecoveryWorkflow.run,
                replace(self._start, recovery=recovery),
                id=messages.workflow_id(recovery, self._start.box),
                task_timeout=_TASK_TIMEOUT,
                parent_close_policy=ParentClosePolicy.ABANDON,
            )
        except (ChildWorkflowError, WorkflowAlreadyStartedError):
            # Somebody ended it, or it was begun again without this one: the ledger knows.
            await workflow.sleep(_LOOK_AGAIN)
