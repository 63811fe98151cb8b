"""The activities of a code's issue: one for each step, and the one that undoes them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import structlog
from temporalio import activity

from boxd.issue import IssueStanding
from boxd.ledger import issuing
from boxd.ledger.issue_steps import IssueSteps
from boxd.ledger.ledger import Ledger, Transaction
from boxd.workflows.activity_errors import as_activity_errors
from boxd.workflows.tasks.messages import Pick, Undo
from boxd.workflows.tasks.signatures import IssueSignatures

log = structlog.get_logger(__name__)


class IssueActivities(IssueSignatures):
    """Decides a step in one transaction of the ledger, with those after it that can be taken."""

    def __init__(
        self,
        ledger: Ledger,
        steps: IssueSteps,
        ask_keeper: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        """`ask_keeper` asks the box that keeps the limits, for the issue of this id."""
        self._ledger = ledger
        self._steps = steps
        self._ask_keeper = ask_keeper

    def all(self) -> Sequence[Callable[..., object]]:
        """The activities, for the worker."""
        return (self.pick, self.hold, self.mint, self.hand_over, self.undo)

    @activity.defn
    async def pick(self, pick: Pick) -> IssueStanding:
        """Choose the prize that the random number selects."""
        if self._ask_keeper is not None:
            await self._ask_keeper(pick.issue)
        return await self._decide(
            lambda tx: issuing.pick(tx, pick.issue, pick.attempt, pick.draw, self._steps.rules)
        )

    @activity.defn
    async def hold(self, issue: str) -> IssueStanding:
        """Hold one unit."""
        return await self._decide(lambda tx: issuing.hold(tx, issue, self._steps.rules))

    @activity.defn
    async def mint(self, issue: str) -> IssueStanding:
        """Make the code."""
        steps = self._steps
        return await self._decide(lambda tx: issuing.mint(tx, issue, steps.rules, steps.keys))

    @activity.defn
    async def hand_over(self, issue: str) -> IssueStanding:
        """Give the code to its attendee."""
        return await self._decide(lambda tx: issuing.hand_over(tx, issue))

    @activity.defn
    async def undo(self, undo: Undo) -> IssueStanding:
        """Undo all steps of the issue."""
        with as_activity_errors():
            return await self._ledger.write(lambda tx: issuing.undo(tx, undo.issue, undo.why))

    async def _decide(self, step: Callable[[Transaction], IssueStanding]) -> IssueStanding:
        with as_activity_errors():
            standing = await self._ledger.write(lambda tx: self._steps.go_on(tx, step(tx)))
        if standing.state.has_ended:
            log.info(f"issue.{standing.state}", issue=standing.issue, why=standing.why or None)
        return standing
