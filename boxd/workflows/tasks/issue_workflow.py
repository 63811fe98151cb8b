"""The workflow that issues a code: a saga whose every step is undone when a later one fails.

Pick a prize, hold one unit, mint the code, hand it over. The ledger keeps how far it has come, so
that a run may begin at any step.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

with workflow.unsafe.imports_passed_through():
    from boxd.issue import DRAW_BITS, IssueStanding, IssueState
    from boxd.workflows.tasks import messages
    from boxd.workflows.tasks.messages import IssueStart, Pick, Undo

# A ledger on a slow card may take seconds for a commit.
_ACTIVITY_TIMEOUT = timedelta(seconds=60)
# Without end: what can't be mended by waiting, the activities say is not to be tried again.
_RETRIES = RetryPolicy(
    initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=10)
)
_STEPS = {
    IssueState.PICKED: messages.HOLD,
    IssueState.HELD: messages.MINT,
    IssueState.MINTED: messages.HAND_OVER,
}


@workflow.defn(name=messages.ISSUE)
class IssueCodeWorkflow:
    """One code. Its result tells whether there is one, or why not; `status` is a query."""

    @workflow.init
    def __init__(self, start: IssueStart) -> None:
        self._issue = start.issue
        self._standing: IssueStanding | None = None

    @workflow.run
    async def run(self, start: IssueStart) -> IssueStanding:
        """Go from step to step; if one can't be done, undo those before it."""
        try:
            return await self._issue_code()
        except (FailureError, asyncio.CancelledError) as error:
            undo = Undo(start.issue, _why(error))
            return await asyncio.shield(self._do(messages.UNDO, undo))

    @workflow.query
    def status(self) -> IssueStanding | None:
        """Where the issue stands."""
        return self._standing

    async def _issue_code(self) -> IssueStanding:
        """A pick whose turn has passed tells where the issue stands, so that it comes first."""
        standing = await self._pick(attempt=1)
        while not standing.state.has_ended:
            if standing.state is IssueState.ASKED:
                standing = await self._pick(standing.attempt + 1)
            else:
                standing = await self._do(_STEPS[standing.state], self._issue)
        return standing

    async def _pick(self, attempt: int) -> IssueStanding:
        draw = workflow.random().getrandbits(DRAW_BITS)
        return await self._do(messages.PICK, Pick(self._issue, attempt, draw))

    async def _do(self, step: str, argument: str | Pick | Undo) -> IssueStanding:
        standing: IssueStanding = await workflow.execute_local_activity(
            step,
            argument,
            result_type=IssueStanding,
            start_to_close_timeout=_ACTIVITY_TIMEOUT,
            retry_policy=_RETRIES,
        )
        self._standing = standing
        return standing


def _why(error: BaseException) -> str:
    """The activity's own words; a local activity's error comes bare, or as another's cause."""
    cause = error.cause if isinstance(error, ActivityError) else error
    return cause.message if isinstance(cause, ApplicationError) else "it was cancelled"
