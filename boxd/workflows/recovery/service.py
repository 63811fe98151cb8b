"""The service of recoveries: starts them, takes answers, and has their workflows follow."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from boxd.errors import TemporalUnavailable
from boxd.ledger import recoveries
from boxd.ledger.ledger import Ledger
from boxd.ledger.recoveries import Books, Issuing, RecoveryOrder
from boxd.playbooks import playbook
from boxd.recovery import Playbook, RecoveryAnswer, RecoveryStanding, RecoveryTaken
from boxd.temporal.queues import TASK_TIMEOUT, task_queue
from boxd.workflows.box_ids import found_by_box
from boxd.workflows.client_errors import unless_not_found
from boxd.workflows.recovery import messages
from boxd.workflows.recovery.messages import RecoveryStart
from boxd.workflows.recovery.workflow import RecoveryWorkflow
from boxd.workflows.server_connection import ServerConnection

log = structlog.get_logger(__name__)

_WITHIN = timedelta(seconds=5)
REMIND_AFTER_S = 900.0


class RecoveryService:
    """The ledger takes starts and answers, with or without Temporal; the workflows follow it."""

    def __init__(
        self,
        connection: ServerConnection,
        ledger: Ledger,
        box: str,
        books: Callable[[], Mapping[str, Playbook]],
        remind_after_s: float = REMIND_AFTER_S,
        issuing: Issuing | None = None,
    ) -> None:
        self._connection = connection
        self._ledger = ledger
        self._box = box
        self._queue = task_queue(box)
        self._books = books
        self._remind_after_s = remind_after_s
        self._issuing = issuing

    def playbooks(self) -> Mapping[str, Playbook]:
        """All that can be started, by id. Raises BadInput for a file that is none."""
        return self._books()

    async def start(
        self, name: str, actor: str, locker: int | None = None, sku: str = ""
    ) -> dict[str, Any]:
        """Start a recovery; returns what people see of it. Raises BadInput, NotFound."""
        books = self._books()
        recovery = f"{name[:40]}-{secrets.token_hex(4)}"
        order = RecoveryOrder(recovery, playbook(books, name), actor, locker, sku)
        standing = await self._ledger.write(lambda tx: recoveries.start(tx, order, books))
        log.info("recovery.started", recovery=recovery, actor=actor)
        await self._follow(standing)
        return await self.seen(recovery)

    async def answer(self, answer: RecoveryAnswer) -> RecoveryTaken:
        """Take an answer. Raises NotFound; Refused if what it books can't be booked."""
        books = self._books()
        reply = await self._record(answer, books)
        part = 1
        while reply.has_more:
            part += 1
            rest = replace(answer, id=f"{answer.id}.{part}", number=reply.standing.number)
            reply = await self._record(rest, books)
        log.info(
            "recovery.answered",
            recovery=answer.recovery,
            choice=answer.choice,
            actor=answer.actor,
            why=reply.why or None,
        )
        parent = await self._ledger.read(lambda c: recoveries.parent_of(c, answer.recovery))
        await self._follow(reply.standing)
        if parent is not None:
            await self._follow(await self._ledger.read(lambda c: recoveries.require(c, parent)))
        return reply

    async def _record(self, answer: RecoveryAnswer, books: Books) -> RecoveryTaken:
        return await self._ledger.write(
            lambda tx: recoveries.record(tx, answer, books, self._issuing)
        )

    async def seen(self, recovery: str) -> dict[str, Any]:
        """What people see of a recovery. Raises NotFound."""
        return await self._ledger.read(partial(recoveries.seen, recovery=recovery))

    async def resume(self, standing: RecoveryStanding) -> None:
        """Make sure that an open recovery has a workflow, which reads its standing."""
        async with self._connection.reached() as client:
            await client.start_workflow(
                RecoveryWorkflow.run,
                RecoveryStart(standing.recovery, self._box, self._remind_after_s),
                id=messages.workflow_id(standing.recovery, self._box),
                task_queue=self._queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                task_timeout=TASK_TIMEOUT,
                search_attributes=found_by_box(self._box),
                start_signal="look_again",
                rpc_timeout=_WITHIN,
            )

    async def catch_up(self, client: Client) -> None:
        """Give every open recovery a workflow; those that have ended without it end as well.

        Raises TemporalUnavailable, LedgerUnusable.
        """
        for standing in await self._ledger.read(recoveries.open_ones):
            await self.resume(standing)
        query = (
            f"WorkflowType='{messages.WORKFLOW}' AND ExecutionStatus='Running'"
            f" AND TaskQueue='{self._queue}'"
        )
        async for found in client.list_workflows(query):
            with unless_not_found():
                await client.get_workflow_handle(found.id).signal(RecoveryWorkflow.look_again)

    async def _follow(self, standing: RecoveryStanding) -> None:
        """Let the workflow follow the ledger; without the server it does once that is back."""
        try:
            if standing.has_ended:
                await self._look_again(standing.recovery)
            else:
                await self.resume(standing)
        except TemporalUnavailable as error:
            log.info("recovery.follows_later", recovery=standing.recovery, why=str(error))

    async def _look_again(self, recovery: str) -> None:
        async with self._connection.reached() as client:
            with unless_not_found():
                workflow = client.get_workflow_handle(messages.workflow_id(recovery, self._box))
                await workflow.signal(RecoveryWorkflow.look_again)
