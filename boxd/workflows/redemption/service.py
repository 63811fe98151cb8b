"""The service that delivers people's answers to redemptions."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.service import RPCError

from boxd.errors import BeingSetUpAgain, Refused, TemporalUnavailable
from boxd.fates import DECIDED_WITHIN_S
from boxd.ledger import redemption_standings, redemptions
from boxd.ledger.ledger import Ledger
from boxd.machine_clock import boot_s
from boxd.redemption import Answer, RedemptionStanding, Reply, why_refused
from boxd.workflows.client_errors import (
    SET_UP_AGAIN,
    is_not_found,
    stands_still,
    why_not_taken,
)
from boxd.workflows.redemption import messages
from boxd.workflows.redemption.decisions import RedemptionDecisions
from boxd.workflows.redemption.starting import WorkflowStarter
from boxd.workflows.redemption.workflow import RedemptionWorkflow
from boxd.workflows.server_connection import ServerConnection

log = structlog.get_logger(__name__)

_TRY_AGAIN_S = 0.25
_SHORTEST_WAIT_S = 0.5
Handle = WorkflowHandle[RedemptionWorkflow, RedemptionStanding]


@dataclass(frozen=True)
class _Asking:
    """An answer as its caller gave it, and the task that has it decided."""

    answer: Answer
    task: asyncio.Task[Reply]


class RedemptionService:
    """Delivers people's answers to the workflows of redemptions, and says what became of them."""

    def __init__(
        self,
        connection: ServerConnection,
        ledger: Ledger,
        decisions: RedemptionDecisions,
        starter: WorkflowStarter,
    ) -> None:
        self._connection = connection
        self._ledger = ledger
        self._decisions = decisions
        self._starter = starter
        self._asking: dict[str, _Asking] = {}
        self._delivering: set[asyncio.Task[Reply]] = set()

    async def resume(self, standing: RedemptionStanding) -> None:
        """Give an open redemption a workflow that continues from its standing."""
        await self._starter.start(standing)

    async def answer(self, answer: Answer) -> Reply:
        """Have the answer decided; returns the ledger's reply. Step 0 is the present question.

        A repeated call with its id gives the same answer. Raises TemporalUnavailable if it was not
        accepted and never will be, NotKnownYet while it is being committed, Refused if the id was
        used for another answer.
        """

        def look(connection: sqlite3.Connection) -> tuple[RedemptionStanding, bool]:
            standing = redemption_standings.require(connection, answer.redemption)
            return standing, redemptions.accepted_before(connection, answer)

        standing, is_accepted = await self._ledger.read(look)
        if is_accepted:
            return Reply(True, "", standing)
        if standing.stage.has_ended:
            return Reply(False, why_refused(standing.stage, standing.step, answer, None), standing)
        asking = self._asking.get(answer.id)
        if asking is None:
            asked = replace(
                answer,
                step=answer.step or standing.step,
                daemon=self._decisions.daemon,
                deadline_s=boot_s() + DECIDED_WITHIN_S,
            )
            asking = _Asking(answer, asyncio.create_task(self._ask(asked, standing)))
            self._asking[answer.id] = asking
            asking.task.add_done_callback(lambda _: self._asking.pop(answer.id))
        if asking.answer != answer:
            raise Refused(redemptions.why_id_used(answer.id))
        return await asyncio.shield(asking.task)

    async def _ask(self, answer: Answer, standing: RedemptionStanding) -> Reply:
        fate = self._decisions.fates.expect(answer)
        delivering = asyncio.create_task(self._deliver(answer, standing))
        self._delivering.add(delivering)
        delivering.add_done_callback(self._delivered)
        try:
            return await fate.known(delivering)
        except TemporalUnavailable:
            if self._connection.doubts.is_being_set_up(
                messages.workflow_id(answer.redemption, self._starter.box)
            ):
                raise BeingSetUpAgain(SET_UP_AGAIN) from None
            raise
        finally:
            self._decisions.fates.forget(answer)

    def _delivered(self, task: asyncio.Task[Reply]) -> None:
        self._delivering.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("answer.not_delivered", why=str(error))

    async def _deliver(self, answer: Answer, standing: RedemptionStanding) -> Reply:
        """Send the answer to the workflow, again and again until its deadline."""
        while True:
            try:
                return await self._update(answer, standing)
            except TemporalUnavailable:
                if boot_s() >= answer.deadline_s:
                    raise
                await asyncio.sleep(_TRY_AGAIN_S)

    async def _update(self, answer: Answer, standing: RedemptionStanding) -> Reply:
        async with self._connection.reached() as client:
            workflow = workflow_of(client, answer.redemption, self._starter.box)
            try:
                return await self._update_or_resume(workflow, answer)
            except WorkflowUpdateFailedError as error:
                now = await self._ledger.read(
                    lambda c: redemption_standings.require(c, standing.redemption)
                )
                return Reply(False, why_not_taken(error), now)

    async def _update_or_resume(self, workflow: Handle, answer: Answer) -> Reply:
        """Send the answer to the workflow; to a new one if Temporal lost it.

        A workflow that has ended with another answer's commit is not lost.
        """
        try:
            return await _update(workflow, answer)
        except RPCError as error:
            if stands_still(error):
                self._connection.doubts.doubt(workflow.id)
                raise BeingSetUpAgain(SET_UP_AGAIN) from error
            if not is_not_found(error):
                raise
            now = await self._ledger.read(
                lambda c: redemption_standings.require(c, answer.redemption)
            )
            if why := why_refused(now.stage, now.step, answer, None):
                return Reply(False, why, now)
            await self.resume(now)
            return await _update(workflow, answer)

    async def close(self) -> None:
        """Stop delivering answers."""
        tasks = [*(each.task for each in self._asking.values()), *self._delivering]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def workflow_of(client: Client, redemption: str, box: str) -> Handle:
    """The workflow of a redemption at a box, running or not."""
    workflow = messages.workflow_id(redemption, box)
    return client.get_workflow_handle_for(RedemptionWorkflow.run, workflow)


async def _update(workflow: Handle, answer: Answer) -> Reply:
    # If a person gives the answer again after its deadline, it is another update.
    update = f"{answer.id}@{answer.deadline_s:.3f}"
    left_s = max(_SHORTEST_WAIT_S, answer.deadline_s - boot_s())
    return await workflow.execute_update(
        RedemptionWorkflow.answer, answer, id=update, rpc_timeout=timedelta(seconds=left_s)
    )
