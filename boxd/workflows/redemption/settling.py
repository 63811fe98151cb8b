"""Keeps workflows in line with the ledger while both run: checks every few seconds.

Usually nothing is to be done. But a server that died in the middle, a workflow that somebody
ended, or a commit that came back after its workflow had given up would leave a redemption stuck.
"""

from __future__ import annotations

import asyncio
from functools import partial

import structlog
from temporalio.client import Client, WorkflowQueryFailedError

from boxd.bays.opening import Opener
from boxd.errors import LedgerUnusable, TemporalUnavailable
from boxd.ledger import redemption_standings
from boxd.ledger.ledger import Ledger
from boxd.redemption import RedemptionStanding, Stage
from boxd.workflows.client_errors import unless_not_found
from boxd.workflows.healing.condition import DOES_NOT_FIT, condition_of
from boxd.workflows.redemption import messages
from boxd.workflows.redemption.announcing import Announcer
from boxd.workflows.redemption.service import RedemptionService, workflow_of
from boxd.workflows.redemption.workflow import RedemptionWorkflow
from boxd.workflows.server_connection import ServerConnection

log = structlog.get_logger(__name__)

EVERY_S = 2.0
_ANSWERS_WITHIN_S = 2.0
# How the SDK names a history that the program does not fit.
_DOES_NOT_FIT = "TMPRL1100"
# A workflow that can't be replayed, or is of another kind, fails every query; of a paused one SDK
# 1.35 raises ValueError, because it does not know that status.
_WAITS = (LedgerUnusable, TemporalUnavailable, TimeoutError, WorkflowQueryFailedError, ValueError)


class Settler:
    """Checks each redemption whose step has not changed since the last look, once for each step."""

    def __init__(
        self,
        connection: ServerConnection,
        ledger: Ledger,
        service: RedemptionService,
        opener: Opener,
        announcer: Announcer,
        box: str,
    ) -> None:
        self._connection = connection
        self._box = box
        self._ledger = ledger
        self._service = service
        self._opener = opener
        self._announcer = announcer
        self._seen: dict[str, int] = {}  # redemption: its step at the last look
        self._settled: dict[str, int] = {}  # redemption: the step that its workflow knows
        self._missed: set[str] = set()  # redemptions without a workflow at the last look

    async def run(self) -> None:
        """Look every few seconds, for ever."""
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                await self._look()
            except LedgerUnusable as error:
                log.info("settling.waits", why=str(error))

    async def _look(self) -> None:
        """Look at each redemption; one that can't be settled now does not keep the others."""
        for standing in await self._unsettled():
            try:
                await self._look_at(standing)
            except _WAITS as error:
                if _DOES_NOT_FIT in str(error):
                    workflow = messages.workflow_id(standing.redemption, self._box)
                    self._connection.doubts.doubt(workflow, DOES_NOT_FIT)
                why = str(error) or "the Temporal server does not answer"
                log.info("settling.waits", redemption=standing.redemption, why=why)

    async def _look_at(self, standing: RedemptionStanding) -> None:
        if standing.stage is Stage.OPEN:
            self._announcer.show(await self._opener.open_for(standing))
        elif self._connection.worker_polls.is_set():
            await self._settle(standing)

    async def _unsettled(self) -> list[RedemptionStanding]:
        """Redemptions with the same step as at the last look that are not known to be settled."""
        found = {
            each.redemption: each
            for each in await self._ledger.read(redemption_standings.open_ones)
        }
        for name in [name for name in self._seen if name not in found]:
            last = await self._ledger.read(partial(redemption_standings.find, redemption=name))
            if last is not None:
                found[name] = last
        before, self._seen = self._seen, {name: each.step for name, each in found.items()}
        return [
            each
            for name, each in found.items()
            if before.get(name) == each.step != self._settled.get(name)
        ]

    async def _settle(self, standing: RedemptionStanding) -> None:
        """Make sure that the workflow knows this step, or that it has ended with its redemption."""
        async with self._connection.reached() as client, asyncio.timeout(_ANSWERS_WITHIN_S):
            workflow_id = messages.workflow_id(standing.redemption, self._box)
            condition = await condition_of(client, workflow_id)
            if not condition.is_open:
                if standing.stage.has_ended:
                    self._forget(standing.redemption)
                elif condition.is_there:
                    self._connection.doubts.doubt(workflow_id)
                else:
                    await self._begin_missing(standing, workflow_id)
            elif condition.why:
                self._connection.doubts.doubt(workflow_id)
            elif await _is_behind(client, standing, self._box):
                log.warning("workflow.behind", redemption=standing.redemption, step=standing.step)
                with unless_not_found():
                    workflow = workflow_of(client, standing.redemption, self._box)
                    await workflow.signal(RedemptionWorkflow.look_again)
            elif not standing.stage.has_ended:
                self._settled[standing.redemption] = standing.step

    async def _begin_missing(self, standing: RedemptionStanding, workflow_id: str) -> None:
        """Begin a workflow that never came to be; one that was deleted is healed, with a record."""
        if standing.redemption not in self._missed:
            self._missed.add(standing.redemption)
            self._connection.doubts.doubt(workflow_id)
            return
        log.warning("workflow.missing", redemption=standing.redemption)
        await self._service.resume(standing)

    def _forget(self, redemption: str) -> None:
        self._seen.pop(redemption, None)
        self._settled.pop(redemption, None)
        self._missed.discard(redemption)


async def _is_behind(client: Client, standing: RedemptionStanding, box: str) -> bool:
    workflow = workflow_of(client, standing.redemption, box)
    status = await workflow.query(RedemptionWorkflow.status)
    known = status.standing
    return known is not None and known.step < standing.step
