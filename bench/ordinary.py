"""A redemption as one would first write it: ordinary activities, nothing tuned. For comparison."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from temporalio import workflow

PATIENCE = timedelta(seconds=60)
QUEUE = "ordinary"


@dataclass(frozen=True)
class Typed:
    """One Enter; `digest` as in boxd's own workflow."""

    redemption: str
    bay: str
    digest: str


@workflow.defn
class OrdinaryRedemption:
    """Claim, show the verdict, wait for the operator, open, wait again."""

    def __init__(self) -> None:
        self._answered = ""

    @workflow.run
    async def run(self, typed: Typed) -> None:
        """The whole way."""
        await self._do("claim", typed)
        await self._do("show", typed)
        await workflow.wait_condition(lambda: self._answered == "loaded")
        await self._do("open_locker", typed)
        await workflow.wait_condition(lambda: self._answered == "completed")
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.update
    async def answer(self, redemption: str, kind: str) -> None:
        """Take a person's answer."""
        await workflow.execute_activity(
            "record_answer", args=[redemption, kind], start_to_close_timeout=PATIENCE
        )
        self._answered = kind

    async def _do(self, activity: str, typed: Typed) -> None:
        await workflow.execute_activity(activity, typed, start_to_close_timeout=PATIENCE)
