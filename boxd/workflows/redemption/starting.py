"""Gives a redemption its workflow: right after the claim's commit, and until it has one."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
)

from boxd.config import Config
from boxd.errors import TemporalUnavailable
from boxd.redemption import RedemptionStanding
from boxd.temporal.queues import TASK_TIMEOUT, task_queue
from boxd.workflows.box_ids import BOX, PRIZE
from boxd.workflows.redemption import messages
from boxd.workflows.redemption.messages import RedemptionStart
from boxd.workflows.redemption.workflow import RedemptionWorkflow
from boxd.workflows.server_connection import ServerConnection

log = structlog.get_logger(__name__)

BAY = SearchAttributeKey.for_keyword("BoxdBay")
LOCKER = SearchAttributeKey.for_keyword("BoxdLocker")
STATE = SearchAttributeKey.for_keyword("BoxdState")
_START_TIMEOUT = timedelta(seconds=2)
_TRY_AGAIN_S = 0.25


class WorkflowStarter:
    """Starts workflows that continue from their redemptions' standing in the ledger."""

    def __init__(self, connection: ServerConnection, config: Config) -> None:
        self._connection = connection
        self.box = config.box.id
        self._timeouts = config.timeouts
        self._starting: set[asyncio.Task[None]] = set()

    def start_soon(self, standing: RedemptionStanding) -> None:
        """Start the workflow now, or as soon as the server accepts it; returns at once.

        Reconciliation at the next start starts what is not started when boxd ends.
        """
        task = asyncio.create_task(self._start_until_taken(standing))
        self._starting.add(task)
        task.add_done_callback(self._started)

    def _started(self, task: asyncio.Task[None]) -> None:
        """Log an error that another try would not mend; the settler tries again all the same."""
        self._starting.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("workflow.not_started", exc_info=error)

    async def _start_until_taken(self, standing: RedemptionStanding) -> None:
        while True:
            # A workflow that is started before the worker polls is not eager: its first task queues
            # behind everything that the server has not acknowledged.
            await self._connection.worker_polls.wait()
            try:
                await self.start(standing)
            except TemporalUnavailable:
                await asyncio.sleep(_TRY_AGAIN_S)
            else:
                return

    async def start(self, standing: RedemptionStanding) -> None:
        """Start the workflow unless it runs. Raises TemporalUnavailable."""
        start = RedemptionStart(
            redemption=standing.redemption,
            bay=standing.bay,
            digest="",
            reminder_first_s=self._timeouts.reminder_first_s,
            reminder_longest_s=self._timeouts.reminder_longest_s,
            door_left_open_s=self._timeouts.door_left_open_s,
            tells_its_stage=False,
        )
        async with self._connection.reached() as client:
            await client.start_workflow(
                RedemptionWorkflow.run,
                start,
                id=messages.workflow_id(standing.redemption, self.box),
                task_queue=task_queue(self.box),
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                task_timeout=TASK_TIMEOUT,
                search_attributes=_found_by(standing, self.box),
                request_eager_start=True,
                rpc_timeout=_START_TIMEOUT,
            )

    async def close(self) -> None:
        """Stop trying."""
        for task in self._starting:
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)


def _found_by(standing: RedemptionStanding, box: str) -> TypedSearchAttributes:
    """Box, bay, locker, prize and state at the start of the workflow."""
    locker = "" if standing.locker is None else str(standing.locker)
    return TypedSearchAttributes(
        [
            SearchAttributePair(BOX, box),
            SearchAttributePair(BAY, standing.bay),
            SearchAttributePair(LOCKER, locker),
            SearchAttributePair(PRIZE, standing.sku),
            SearchAttributePair(STATE, standing.stage.value),
        ]
    )
