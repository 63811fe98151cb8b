"""The workflow that issues a code: a saga that undoes every step if a later one fails.

Pick a prize, hold one unit, mint the code, hand it over. The ledger records the last step, so that
a run may begin at any step.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

with workflow.unsafe.imports_passed_through():
    from boxd.issue import DRAW_BITS, IssueStanding, IssueState
    from boxd.workflows.local_activities import until_done
    from boxd.workflows.tasks import messages
    from boxd.workflows.tasks.messages import IssueStart, Pick, Undo
    from boxd.workflows.tasks.signatures import IssueSignatures

_UNTIL_DONE = until_done(longest_pause=timedelta(seconds=10))
Step = Callable[[IssueSignatures, str], Awaitable[IssueStanding]]
_NEXT_STEP: dict[IssueState, Step] = {
    IssueState.PICKED: IssueSignatures.hold,
    IssueState.HELD: IssueSignatures.mint,
    IssueState.MINTED: IssueSignatures.hand_over,
}


@workflow.defn(name=messages.ISSUE)
class IssueCodeWorkflow:
    """One code. Its result says whether there is one, or why not; `status` is a query."""

    @workflow.init
    def __init__(self, start: IssueStart) -> None:
        self._issue = start.issue
        self._standing: IssueStanding | None = None

    @workflow.run
    async def run(self, start: IssueStart) -> IssueStanding:
        """Go from step to step; if one fails, undo those before it."""
        try:
            return await self._issue_code()
        except (FailureError, asyncio.CancelledError) as error:
            undo = Undo(start.issue, _why(error))
            return await asyncio.shield(self._undo(undo))

    @workflow.query
    def status(self) -> IssueStanding | None:
        """The issue's standing."""
        return self._standing

    async def _issue_code(self) -> IssueStanding:
        """Always begin with a pick: one that comes too late returns the issue's standing."""
        standing = await self._pick(attempt=1)
        while not standing.state.has_ended:
            if standing.state is IssueState.ASKED:
                standing = await self._pick(standing.attempt + 1)
            else:
                standing = await self._take(_NEXT_STEP[standing.state])
        return standing

    async def _pick(self, attempt: int) -> IssueStanding:
        draw = workflow.random().getrandbits(DRAW_BITS)
        return self._follow(
            await workflow.execute_local_activity_method(
                IssueSignatures.pick, Pick(self._issue, attempt, draw), **_UNTIL_DONE
            )
        )

    async def _take(self, step: Step) -> IssueStanding:
        return self._follow(
            await workflow.execute_local_activity_method(step, self._issue, **_UNTIL_DONE)
        )

    async def _undo(self, undo: Undo) -> IssueStanding:
        return self._follow(
            await workflow.execute_local_activity_method(IssueSignatures.undo, undo, **_UNTIL_DONE)
        )

    def _follow(self, standing: IssueStanding) -> IssueStanding:
        self._standing = standing
        return standing


def _why(error: BaseException) -> str:
    """The activity's own text; a local activity's error comes bare, or as another's cause."""
    cause = error.cause if isinstance(error, ActivityError) else error
    return cause.message if isinstance(cause, ApplicationError) else "it was cancelled"
