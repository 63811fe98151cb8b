"""A workflow like a redemption, for the tests of the server and its worker."""

from __future__ import annotations

from datetime import timedelta

from temporalio import activity, workflow
from temporalio.common import RetryPolicy, SearchAttributeKey

BAY = SearchAttributeKey.for_keyword("BoxdBay")
STATE = SearchAttributeKey.for_keyword("BoxdState")


@activity.defn
async def claim(name: str) -> str:
    """Stands for a decision in the ledger."""
    return f"claimed {name}"


@workflow.defn
class Redeeming:
    """Claims, then waits for as many answers as it was told."""

    def __init__(self) -> None:
        """Nothing is answered yet."""
        self._answers: list[str] = []

    @workflow.run
    async def run(self, awaited: int) -> list[str]:
        """Return the answers, in their order."""
        await self._claim("code")
        workflow.upsert_search_attributes([STATE.value_set("load")])
        await workflow.wait_condition(lambda: len(self._answers) >= awaited)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._answers

    @workflow.update
    async def answer(self, kind: str) -> str:
        """Take an answer."""
        claimed = await self._claim(kind)
        self._answers.append(kind)
        return claimed

    async def _claim(self, name: str) -> str:
        return await workflow.execute_local_activity(
            claim,
            name,
            start_to_close_timeout=timedelta(seconds=5),
            retry_policy=RetryPolicy(maximum_attempts=3),
        )
