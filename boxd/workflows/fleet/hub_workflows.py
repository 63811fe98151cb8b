"""The hub's workflows: a walk through the boxes, and a declaration that is brought to each."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

from boxd.box_report import BoxReport, TakenDeclaration
from boxd.workflows.fleet.hub_messages import (
    ASK_BOXES,
    DECLARE,
    DECLARE_AT_BOX,
    BoxAtQueue,
    DeclareAtBoxStart,
    DeclareStart,
)
from boxd.workflows.fleet.hub_signatures import HubSignatures
from boxd.workflows.fleet.retries import EACH_TRY, WITHOUT_END

# A box that does not answer by then is shown as it was last heard.
_ANSWERS_WITHIN = timedelta(seconds=3)


@workflow.defn(name=ASK_BOXES)
class AskBoxesWorkflow:
    """One walk through the boxes."""

    @workflow.run
    async def run(self, boxes: list[BoxAtQueue]) -> list[BoxReport]:
        """Ask all at once; returns what those told that answered."""
        told = await asyncio.gather(*[self._ask(box) for box in boxes])
        return [each for each in told if each is not None]

    async def _ask(self, box: BoxAtQueue) -> BoxReport | None:
        try:
            return await workflow.execute_activity_method(
                HubSignatures.report_box,
                task_queue=box.queue,
                schedule_to_close_timeout=_ANSWERS_WITHIN,
            )
        except ActivityError:
            return None


@workflow.defn(name=DECLARE)
class DeclareWorkflow:
    """Runs until every box has taken the declaration in, or a newer one takes its place."""

    def __init__(self) -> None:
        self._taken: list[TakenDeclaration] = []

    @workflow.run
    async def run(self, start: DeclareStart) -> list[TakenDeclaration]:
        """Bring it to all boxes at once, each by a child."""
        await asyncio.gather(*[self._bring(start, box) for box in start.boxes])
        return self._taken

    @workflow.query
    def taken(self) -> list[TakenDeclaration]:
        """What came of it so far; a box that is not there has not taken it in yet."""
        return self._taken

    async def _bring(self, start: DeclareStart, box: BoxAtQueue) -> None:
        taken = await workflow.execute_child_workflow(
            DeclareAtBoxWorkflow.run,
            DeclareAtBoxStart(start.declaration, box),
            # Of this run: the child of an earlier declaration may be about to end.
            id=f"{workflow.info().workflow_id}-{workflow.info().run_id}-{box.number}",
        )
        self._taken.append(taken)


@workflow.defn(name=DECLARE_AT_BOX)
class DeclareAtBoxWorkflow:
    """Waits for one box, for as long as it is away."""

    @workflow.run
    async def run(self, start: DeclareAtBoxStart) -> TakenDeclaration:
        """Have it put into effect there."""
        return await workflow.execute_activity_method(
            HubSignatures.take_declaration,
            start.declaration,
            task_queue=start.box.queue,
            start_to_close_timeout=EACH_TRY,
            retry_policy=WITHOUT_END,
        )
