"""The hub: a worker at the event's service, and a read model made of what the boxes tell.

It keeps nothing: a new one is whole after one walk through the boxes, and several can run at once.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError

from boxd.box_report import BoxReport, Declaration, TakenDeclaration
from boxd.config.schema import Temporal
from boxd.errors import TemporalUnavailable
from boxd.hub.lookups import LookedUp, OfBox, looked_up
from boxd.machine_clock import boot_s, utc_now
from boxd.temporal.client import connect
from boxd.temporal.queues import TASK_TIMEOUT, task_queue
from boxd.temporal.seal import Seal
from boxd.temporal.worker import create_worker
from boxd.workflows.box_ids import found_by_box
from boxd.workflows.client_errors import (
    as_temporal_unavailable,
    is_not_found,
    unless_not_found,
)
from boxd.workflows.fleet.hub_messages import (
    BoxAtQueue,
    DeclareStart,
    ask_boxes_id,
    declare_id,
    hub_of_event,
)
from boxd.workflows.fleet.hub_workflows import (
    AskBoxesWorkflow,
    DeclareAtBoxWorkflow,
    DeclareWorkflow,
    FindPeopleWorkflow,
    SearchTrailWorkflow,
    SumUpWorkflow,
)
from boxd.workflows.fleet.lookup_messages import Lookup, LookupStart, lookup_id
from boxd.workflows.fleet.membership import boxes_of
from boxd.workflows.fleet.messages import box_of_event

log = structlog.get_logger(__name__)

_WORKFLOWS = (
    AskBoxesWorkflow,
    DeclareWorkflow,
    DeclareAtBoxWorkflow,
    FindPeopleWorkflow,
    SumUpWorkflow,
    SearchTrailWorkflow,
)
W = TypeVar("W")
ToldT = TypeVar("ToldT", bound=OfBox)
_AGAIN_AFTER_S = 2.0
# While somebody looks; else the boxes are left in peace.
_WALK_EVERY_S = 3.0
_WALK_UNWATCHED_EVERY_S = 60.0
_WATCHED_FOR_S = 60.0
# More than a box that is away is waited for.
_LOOKED_UP_WITHIN = timedelta(seconds=8)


@dataclass(frozen=True)
class HeardBox:
    """A box that holds a number; `report` is None until it was heard by this hub."""

    number: int
    report: BoxReport | None = None
    heard_at: datetime | None = None
    answers: bool = False


@dataclass(frozen=True)
class Brought:
    """A declaration's way: what came of it, box by box, and which boxes are still to take it."""

    taken: tuple[TakenDeclaration, ...]
    open: tuple[int, ...]


class Hub:
    """What is known of the boxes of one event."""

    def __init__(self, event: str, service: Temporal, seal: Seal) -> None:
        self.event = event
        self._service = service
        self._seal = seal
        self._client: Client | None = None
        self._boxes: dict[int, HeardBox] = {}
        self._told_of: list[BoxAtQueue] = []  # to the newest declaration
        self._watched_at = boot_s()
        self._woken = asyncio.Event()
        self.why_alone = "not connected yet"

    def boxes(self) -> list[HeardBox]:
        """All boxes by their numbers; whoever looks has them asked more often for a while."""
        if boot_s() - self._watched_at > _WATCHED_FOR_S:
            self._woken.set()
        self._watched_at = boot_s()
        return [self._boxes[number] for number in sorted(self._boxes)]

    async def run(self) -> None:
        """Stay connected for ever, and go on walking through the boxes."""
        while True:
            try:
                await self._work()
            except (TemporalUnavailable, RPCError, WorkflowFailureError, TimeoutError) as error:
                self._client = None
                self.why_alone = str(error) or "the event's service does not answer"
                log.warning("hub.alone", why=self.why_alone)
                await asyncio.sleep(_AGAIN_AFTER_S)

    async def _work(self) -> None:
        client = await connect(self._service, self._seal)
        async with create_worker(client, hub_of_event(self.event), _WORKFLOWS, ()):
            self._client, self.why_alone = client, ""
            log.info("hub.connected", fleet=self.event)
            while True:
                await self._walk(client)
                await self._pause()

    async def _pause(self) -> None:
        is_watched = boot_s() - self._watched_at < _WATCHED_FOR_S
        try:
            async with asyncio.timeout(_WALK_EVERY_S if is_watched else _WALK_UNWATCHED_EVERY_S):
                await self._woken.wait()
        except TimeoutError:
            pass
        self._woken.clear()

    async def _walk(self, client: Client) -> None:
        asked = await self._present(client)
        reports = await client.execute_workflow(
            AskBoxesWorkflow.run,
            asked,
            id=ask_boxes_id(self.event),
            task_queue=task_queue(hub_of_event(self.event)),
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            task_timeout=TASK_TIMEOUT,
            search_attributes=found_by_box(hub_of_event(self.event)),
        )
        self._boxes = heard_now(self._boxes, [each.number for each in asked], reports, utc_now())
        if asked != self._told_of:
            with unless_not_found():  # nothing is declared
                handle = client.get_workflow_handle(declare_id(self.event))
                await handle.signal(DeclareWorkflow.present, asked)
            self._told_of = asked

    async def _present(self, client: Client) -> list[BoxAtQueue]:
        """The boxes that hold a number now."""
        return [
            BoxAtQueue(each.number, task_queue(box_of_event(self.event, each.number)), each.since)
            for each in await boxes_of(client, self.event)
        ]

    async def look_up(
        self, workflow: Callable[[W, LookupStart], Awaitable[list[ToldT]]], lookup: Lookup
    ) -> LookedUp[ToldT]:
        """Ask all boxes at once; takes some seconds if one is away. Raises TemporalUnavailable."""
        client = self._connected()
        with as_temporal_unavailable(), _within_the_time():
            asked = tuple(await self._present(client))
            told = await client.execute_workflow(
                workflow,
                LookupStart(lookup, asked),
                id=lookup_id(self.event, secrets.token_hex(8)),
                execution_timeout=_LOOKED_UP_WITHIN,
                task_queue=task_queue(hub_of_event(self.event)),
                task_timeout=TASK_TIMEOUT,
                search_attributes=found_by_box(hub_of_event(self.event)),
            )
        return looked_up((each.number for each in asked), told)

    async def declare(self, text: str) -> None:
        """Have prizes and tasks brought to every box; a declaration that is under way ends.

        Raises TemporalUnavailable.
        """
        client = self._connected()
        boxes = tuple(await self._present(client))
        await client.start_workflow(
            DeclareWorkflow.run,
            DeclareStart(Declaration(text), boxes),
            id=declare_id(self.event),
            task_queue=task_queue(hub_of_event(self.event)),
            id_conflict_policy=WorkflowIDConflictPolicy.TERMINATE_EXISTING,
            task_timeout=TASK_TIMEOUT,
            search_attributes=found_by_box(hub_of_event(self.event)),
        )

    async def brought(self) -> Brought | None:
        """How far the newest declaration is; None if there is none. Raises TemporalUnavailable."""
        client = self._connected()
        handle: WorkflowHandle[DeclareWorkflow, None] = client.get_workflow_handle_for(
            DeclareWorkflow.run, declare_id(self.event)
        )
        try:
            taken = await handle.query(DeclareWorkflow.taken)
        except RPCError as error:
            if is_not_found(error):
                return None
            raise TemporalUnavailable("the hub's own worker does not answer") from error
        have = {each.number for each in taken}
        return Brought(
            tuple(sorted(taken, key=lambda each: each.number)),
            tuple(number for number in sorted(self._boxes) if number not in have),
        )

    def _connected(self) -> Client:
        if self._client is None:
            raise TemporalUnavailable(f"the hub is not connected: {self.why_alone}")
        return self._client


@contextmanager
def _within_the_time() -> Iterator[None]:
    """A box of a release to come may tell what this hub can't read: nobody waits for that."""
    try:
        yield
    except WorkflowFailureError as error:
        raise TemporalUnavailable(
            "the boxes' answers did not come, or this hub can't read them; is its boxd the newest?"
        ) from error


def heard_now(
    before: Mapping[int, HeardBox], asked: list[int], reports: list[BoxReport], now: datetime
) -> dict[int, HeardBox]:
    """The boxes after a walk: who did not answer stays as it was last heard."""
    silent = {
        number: replace(before.get(number, HeardBox(number)), answers=False) for number in asked
    }
    told = {each.number: HeardBox(each.number, each, now, answers=True) for each in reports}
    return silent | told
