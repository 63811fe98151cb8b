"""The service: where typed codes become redemptions, and people's answers reach them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
)
from temporalio.service import RPCError

from boxd.config import Config
from boxd.ledger import redemptions
from boxd.ledger.check_digit import is_well_formed
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger
from boxd.machine_clock import utc_now
from boxd.redemption import Answer, RedemptionStanding, Reply, why_refused
from boxd.temporal.worker import TASK_TIMEOUT, task_queue
from boxd.workflows.client_errors import is_not_found, why_not_taken
from boxd.workflows.redemption import messages
from boxd.workflows.redemption.ids import id_after
from boxd.workflows.redemption.messages import RedemptionStart
from boxd.workflows.redemption.workflow import RedemptionWorkflow
from boxd.workflows.server_connection import ServerConnection

BAY = SearchAttributeKey.for_keyword("BoxdBay")
# A person waits: better a clear "not now" than a long silence.
_START_TIMEOUT = timedelta(seconds=2)
_ANSWER_TIMEOUT = timedelta(seconds=8)
Handle = WorkflowHandle[RedemptionWorkflow, RedemptionStanding]


@dataclass(frozen=True)
class _Undecided:
    """A code whose start may or may not have reached the server."""

    digest: str
    redemption: str


class RedemptionService:
    """Starts redemptions and delivers answers; raises TemporalUnavailable while it can't."""

    def __init__(
        self,
        connection: ServerConnection,
        ledger: Ledger,
        keys: CodeKeys,
        config: Config,
        daemon: str,
    ) -> None:
        self._connection = connection
        self._ledger = ledger
        self._keys = keys
        self._config = config
        self._daemon = daemon
        self._undecided: dict[str, _Undecided] = {}
        self._newest: str | None = None  # id; of those that the ledger knows until one is made

    async def begin(self, bay: str, typed: str) -> None:
        """Start the redemption of the digits typed at `bay`; asked again, the same one."""
        digest = self._keys.digest(typed).hex()
        well_formed = is_well_formed(typed, self._config.codes.length)
        redemption = await self._undecided_redemption(bay, digest) or await self._new_id()
        mine = self._undecided[bay] = _Undecided(digest, redemption)
        await self._start(redemption, bay, digest, well_formed)
        if self._undecided.get(bay) is mine:
            del self._undecided[bay]

    async def _undecided_redemption(self, bay: str, digest: str) -> str:
        """The redemption that these digits were given before, unless it was decided since."""
        before = self._undecided.get(bay)
        if before is None or before.digest != digest:
            return ""
        known = await self._ledger.read(lambda c: redemptions.find(c, before.redemption))
        return "" if known else before.redemption

    async def _new_id(self) -> str:
        if self._newest is None:
            self._newest = await self._ledger.read(redemptions.newest_id)
        self._newest = id_after(self._newest, utc_now())
        return self._newest

    async def resume(self, standing: RedemptionStanding) -> None:
        """Give an open redemption a workflow that goes on from where it stands."""
        await self._start(standing.redemption, standing.bay, "", well_formed=True)

    async def answer(self, answer: Answer) -> Reply:
        """Deliver the answer; step 0 means the question that is asked now."""
        standing = await self._ledger.read(lambda c: redemptions.require(c, answer.redemption))
        answer = replace(answer, step=answer.step or standing.step, daemon=self._daemon)
        if await self._ledger.read(lambda c: redemptions.accepted_before(c, answer.id)):
            return Reply(True, "", standing)
        if standing.stage.has_ended:
            return Reply(False, why_refused(standing.stage, standing.step, answer, None), standing)
        return await self._deliver(answer, standing)

    async def _deliver(self, answer: Answer, standing: RedemptionStanding) -> Reply:
        async with self._connection.reached() as client:
            workflow = workflow_of(client, answer.redemption)
            try:
                return await self._update_or_resume(workflow, answer, standing)
            except WorkflowUpdateFailedError as error:
                now = await self._ledger.read(lambda c: redemptions.require(c, standing.redemption))
                return Reply(False, why_not_taken(error), now)

    async def _update_or_resume(
        self, workflow: Handle, answer: Answer, standing: RedemptionStanding
    ) -> Reply:
        """Give the answer to the workflow, or to a new one where Temporal lost it."""
        try:
            return await _update(workflow, answer)
        except RPCError as error:
            if not is_not_found(error):
                raise
            await self.resume(standing)
            return await _update(workflow, answer)

    async def _start(self, redemption: str, bay: str, digest: str, well_formed: bool) -> None:
        timeouts = self._config.timeouts
        start = RedemptionStart(
            redemption=redemption,
            bay=bay,
            digest=digest,
            reminder_first_s=timeouts.reminder_first_s,
            reminder_longest_s=timeouts.reminder_longest_s,
            door_left_open_s=timeouts.door_left_open_s,
            well_formed=well_formed,
        )
        async with self._connection.reached() as client:
            await client.start_workflow(
                RedemptionWorkflow.run,
                start,
                id=messages.workflow_id(redemption),
                task_queue=task_queue(self._config.box.id),
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                task_timeout=TASK_TIMEOUT,
                search_attributes=TypedSearchAttributes([SearchAttributePair(BAY, bay)]),
                request_eager_start=True,
                rpc_timeout=_START_TIMEOUT,
            )


def workflow_of(client: Client, redemption: str) -> Handle:
    """The workflow that drives a redemption, whether it runs or not."""
    workflow = messages.workflow_id(redemption)
    return client.get_workflow_handle_for(RedemptionWorkflow.run, workflow)


async def _update(workflow: Handle, answer: Answer) -> Reply:
    return await workflow.execute_update(
        RedemptionWorkflow.answer, answer, id=answer.id, rpc_timeout=_ANSWER_TIMEOUT
    )
