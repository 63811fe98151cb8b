"""Moves the right to spend one code to the box where it was typed, and home again if unused.

At any moment at most one box can spend it: the home writes that it gave it away before this box
can take it in, and takes it back only after this box has written that it will not spend it.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError

from boxd.redemption import Refusal
from boxd.spending_right import Given, TakenIn, VisitOutcome
from boxd.workflows.fleet.messages import MOVE_CODE, CodeArrival, CodeVisit, MoveStart, Settlement
from boxd.workflows.fleet.retries import EACH_TRY, WITHOUT_END
from boxd.workflows.fleet.signatures import FleetSignatures
from boxd.workflows.local_activities import UNLIMITED

# Somebody stands at the keypad: a home that does not answer by then counts as unconnected.
_HOME_ANSWERS_WITHIN = timedelta(seconds=2)


@workflow.defn(name=MOVE_CODE)
class MoveCodeWorkflow:
    """Runs at the asking box until its home knows what became of the code."""

    def __init__(self) -> None:
        self._arrival: CodeArrival | None = None

    @workflow.run
    async def run(self, start: MoveStart) -> VisitOutcome:
        """Bring the code here, wait for its end, and tell its home."""
        given = await self._given(start)
        taken = await self._taken_in(given, start)
        self._arrival = CodeArrival(taken.is_taken, given.why_not or taken.why_not)
        outcome = VisitOutcome.NEVER_THERE
        if taken.is_taken:
            outcome = await workflow.execute_activity_method(
                FleetSignatures.outcome_here,
                CodeVisit(given, start.wanted.digits),
                start_to_close_timeout=EACH_TRY,
                retry_policy=WITHOUT_END,
            )
        await workflow.execute_activity_method(
            FleetSignatures.settle_move,
            Settlement(start.wanted.move, outcome, start.wanted.by),
            task_queue=start.home_queue,
            start_to_close_timeout=EACH_TRY,
            retry_policy=WITHOUT_END,
        )
        await workflow.wait_condition(workflow.all_handlers_finished)
        return outcome

    @workflow.update
    async def arrival(self) -> CodeArrival:
        """Wait until it is known whether the code can be claimed here."""
        await workflow.wait_condition(lambda: self._arrival is not None)
        return self._arrival or CodeArrival(False, Refusal.OTHER_BOX.value)

    async def _given(self, start: MoveStart) -> Given:
        """The home's reply; one that does not come in time is none, and is undone at the end."""
        try:
            return await workflow.execute_activity_method(
                FleetSignatures.give_right,
                start.wanted,
                task_queue=start.home_queue,
                schedule_to_close_timeout=_HOME_ANSWERS_WITHIN,
            )
        except ActivityError:
            return Given(start.wanted.move, start.home, why_not=Refusal.OTHER_BOX.value)

    async def _taken_in(self, given: Given, start: MoveStart) -> TakenIn:
        """Taken in here; at once, because the local activity needs no way to the service."""
        if given.why_not:
            return TakenIn(False)
        visit = CodeVisit(given, start.wanted.digits)
        try:
            return await workflow.execute_local_activity_method(
                FleetSignatures.take_in,
                visit,
                schedule_to_close_timeout=UNLIMITED,
                retry_policy=RetryPolicy(maximum_attempts=1),
            )
        except ActivityError:
            # It may have been taken in: ask until that is known. A local activity that is tried
            # without end would keep the worker from stopping.
            return await workflow.execute_activity_method(
                FleetSignatures.take_in,
                visit,
                start_to_close_timeout=EACH_TRY,
                retry_policy=WITHOUT_END,
            )
