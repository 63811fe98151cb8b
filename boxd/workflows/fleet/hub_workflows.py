"""The hub's workflows: a walk through the boxes, a declaration for each, lookups at all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

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
from boxd.workflows.fleet.lookup_messages import (
    FIND_PEOPLE,
    SEARCH_TRAIL,
    SUM_UP,
    Lookup,
    LookupStart,
    PeopleHere,
    SumsHere,
    TrailHere,
)
from boxd.workflows.fleet.retries import EACH_TRY, WITHOUT_END

# A box that does not answer by then is shown as it was last heard.
_ANSWERS_WITHIN = timedelta(seconds=3)
T = TypeVar("T")


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
    """Brings a declaration to every box, later ones too, until a newer one takes its place."""

    @workflow.init
    def __init__(self, start: DeclareStart) -> None:
        self._taken: list[TakenDeclaration] = []
        self._coming = list(start.boxes)
        self._known = set(start.boxes)
        self._bringing: list[asyncio.Task[None]] = []

    @workflow.run
    async def run(self, start: DeclareStart) -> None:
        """Bring it to each box by a child."""
        while True:
            await workflow.wait_condition(lambda: bool(self._coming))
            for box in self._coming:
                self._bringing.append(asyncio.create_task(self._bring(start, box)))
            self._coming = []

    @workflow.signal
    def present(self, boxes: list[BoxAtQueue]) -> None:
        """These boxes are there now: the declaration is for the new ones, too."""
        new = [each for each in boxes if each not in self._known]
        self._known.update(new)
        self._coming += new

    @workflow.query
    def taken(self) -> list[TakenDeclaration]:
        """What came of it so far; a box that is not there has not taken it in yet."""
        return self._taken

    async def _bring(self, start: DeclareStart, box: BoxAtQueue) -> None:
        # Of this run: the child of an earlier declaration may be about to end.
        name = f"{workflow.info().workflow_id}-{workflow.info().run_id}-{box.number}"
        taken = await workflow.execute_child_workflow(
            DeclareAtBoxWorkflow.run,
            DeclareAtBoxStart(start.declaration, box),
            id=f"{name}-{box.since}" if box.since else name,
        )
        before = [each for each in self._taken if each.number != taken.number]
        self._taken = [*before, taken]  # a number may have gone to another box


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


@workflow.defn(name=FIND_PEOPLE)
class FindPeopleWorkflow:
    """People by name, badge or number."""

    @workflow.run
    async def run(self, start: LookupStart) -> list[PeopleHere]:
        """Ask all at once; returns what those told that answered."""
        return await _told_by_all(HubSignatures.find_people, start)


@workflow.defn(name=SUM_UP)
class SumUpWorkflow:
    """What was given out."""

    @workflow.run
    async def run(self, start: LookupStart) -> list[SumsHere]:
        """Ask all at once; returns what those told that answered."""
        return await _told_by_all(HubSignatures.sum_up, start)


@workflow.defn(name=SEARCH_TRAIL)
class SearchTrailWorkflow:
    """The boxes' audit trails."""

    @workflow.run
    async def run(self, start: LookupStart) -> list[TrailHere]:
        """Ask all at once; returns what those told that answered."""
        return await _told_by_all(HubSignatures.search_trail, start)


async def _told_by_all(
    activity: Callable[[HubSignatures, Lookup], Awaitable[T]], start: LookupStart
) -> list[T]:
    told = await asyncio.gather(*[_told_by(activity, start.lookup, box) for box in start.boxes])
    return [each for each in told if each is not None]


async def _told_by(
    activity: Callable[[HubSignatures, Lookup], Awaitable[T]], lookup: Lookup, box: BoxAtQueue
) -> T | None:
    try:
        return await workflow.execute_activity_method(
            activity,
            lookup,
            task_queue=box.queue,
            schedule_to_close_timeout=_ANSWERS_WITHIN,
        )
    except ActivityError:
        return None
