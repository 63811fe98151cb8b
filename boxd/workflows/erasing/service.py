"""Who has histories deleted, and waits a while for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from temporalio.client import WorkflowFailureError
from temporalio.common import WorkflowIDConflictPolicy

from boxd.errors import TemporalUnavailable
from boxd.ledger import history_erasures
from boxd.ledger.ledger import Ledger
from boxd.temporal.queues import TASK_TIMEOUT, tasks_queue
from boxd.workflows.box_ids import found_by_box
from boxd.workflows.erasing.messages import MORE, EraseStart, erasing_workflow_id
from boxd.workflows.erasing.workflow import EraseHistoriesWorkflow
from boxd.workflows.server_connection import ServerConnection


class ErasingService:
    """Starts the workflow whenever the ledger's list is not empty."""

    def __init__(
        self,
        connection: ServerConnection,
        ledger: Ledger,
        box: str,
        start: Callable[[str], EraseStart] = EraseStart,
    ) -> None:
        self._connection = connection
        self._ledger = ledger
        self._box = box
        self._start = start

    async def left(self) -> int:
        """How many histories are on the list."""
        return await self._ledger.read(history_erasures.left)

    async def look(self) -> None:
        """Have what is on the list deleted. Raises TemporalUnavailable."""
        if not await self.left():
            return
        async with self._connection.reached() as client:
            await client.start_workflow(
                EraseHistoriesWorkflow.run,
                self._start(self._box),
                id=erasing_workflow_id(self._box),
                task_queue=tasks_queue(self._box),
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                task_timeout=TASK_TIMEOUT,
                search_attributes=found_by_box(self._box),
                start_signal=MORE,
            )

    async def left_after(self, longest_s: float) -> int:
        """Have them deleted; returns how many are left after this time: they go on by themselves.

        All are left while the server is away; they follow when it is back.
        """
        if await self.left():
            with suppress(TemporalUnavailable, WorkflowFailureError, TimeoutError):
                await self.look()
                async with asyncio.timeout(longest_s), self._connection.reached() as client:
                    await client.get_workflow_handle(erasing_workflow_id(self._box)).result()
        return await self.left()
