"""The service of upstream delivery: signals the workflow when there is something to deliver."""

from __future__ import annotations

import asyncio

import structlog
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from boxd.errors import LedgerUnusable, TemporalUnavailable
from boxd.ledger import alarms, outbox
from boxd.ledger.ledger import Ledger
from boxd.ledger.outbox_settings import OutboxSettings
from boxd.temporal.queues import TASK_TIMEOUT, task_queue
from boxd.upstream.event_sender import EventSender
from boxd.words import N_
from boxd.workflows.client_errors import unless_not_found
from boxd.workflows.housekeeping.schedules import schedule_id
from boxd.workflows.server_connection import ServerConnection
from boxd.workflows.upstream import messages
from boxd.workflows.upstream.messages import UpstreamStart
from boxd.workflows.upstream.workflow import UpstreamWorkflow

_FULL_TEXT = N_(
    "The outbox is full: {count} events wait for upstream. Further ones are only counted, and are"
    " in the audit trail (`boxd audit export`). See why upstream does not answer:"
    " `boxd outbox list`."
)

log = structlog.get_logger("boxd.upstream")

# Events within this time are sent together; nobody waits for them.
_GATHER_S = 0.5
_TRY_AGAIN_S = 2.0
# How often to check whether delivery goes on; only in memory.
_LOOK_EVERY_S = 60.0
_FULL = "outbox_full"


class DeliverySignaller:
    """Signals the workflow, but only while it sleeps: an outage's events would fill its history."""

    def __init__(
        self,
        connection: ServerConnection,
        ledger: Ledger,
        box: str,
        outbox: OutboxSettings,
        sender: EventSender,
    ) -> None:
        self._connection = connection
        self.pulls = False  # whether orders are fetched
        self._ledger = ledger
        self._box = box
        self._outbox = outbox
        self._sender = sender
        self._noted = asyncio.Event()

    def committed(self) -> None:
        """A transaction was committed; it may have recorded an event."""
        if self._outbox.noted:
            self._outbox.noted = False
            self._noted.set()

    async def run(self) -> None:
        """Signal recorded events, for ever."""
        while True:
            is_noted = await self._until_noted()
            try:
                await self._pass_on(is_noted)
            except (LedgerUnusable, TemporalUnavailable):
                self._noted.set()
                await asyncio.sleep(_TRY_AGAIN_S)

    async def _until_noted(self) -> bool:
        """Wait for events and for those that follow at once; False if there are none for long."""
        try:
            await asyncio.wait_for(self._noted.wait(), _LOOK_EVERY_S)
        except TimeoutError:
            return False
        await asyncio.sleep(_GATHER_S)
        self._noted.clear()
        return True

    async def _pass_on(self, is_noted: bool) -> None:
        if is_noted:
            await self._look_how_full()
        if is_noted and self._sender.is_idle:
            await self._signal(messages.NOTED)
        elif self._sender.is_overdue:
            log.warning("delivery.restarted")
            await self._signal(messages.TRY_NOW)

    async def try_now(self) -> None:
        """Deliver at once, without waiting; starts the workflow if there is none.

        Raises TemporalUnavailable.
        """
        await self._look_how_full()
        await self._signal(messages.TRY_NOW)

    async def _signal(self, signal: str) -> None:
        async with self._connection.reached() as client:
            await client.start_workflow(
                UpstreamWorkflow.run,
                UpstreamStart(),
                id=messages.upstream_workflow_id(self._box),
                task_queue=task_queue(self._box),
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                task_timeout=TASK_TIMEOUT,
                start_signal=signal,
            )

    async def _look_how_full(self) -> None:
        """Raise or clear the alarm about a full outbox."""
        is_full = (await self._ledger.read(outbox.depth)).is_full
        if is_full == await self._ledger.read(lambda c: alarms.is_active(c, _FULL, "upstream")):
            return
        text = _FULL_TEXT.format(count=self._outbox.most_waiting)
        if is_full:
            log.error("outbox.full", most_waiting=self._outbox.most_waiting)
            await self._ledger.write(lambda tx: alarms.raise_alarm(tx, _FULL, "upstream", text))
        else:
            await self._ledger.write(lambda tx: alarms.clear(tx, _FULL, "upstream"))


async def end_delivery(client: Client, box: str) -> None:
    """End the delivery workflow: there is no upstream any more. Events stay in the outbox."""
    with unless_not_found():
        handle = client.get_workflow_handle(messages.upstream_workflow_id(box))
        await handle.terminate(reason="[upstream] url is not configured any more")


async def end_pulling(client: Client, box: str) -> None:
    """Delete the schedule that fetches orders."""
    with unless_not_found():
        await client.get_schedule_handle(schedule_id(box, messages.PULL_SCHEDULE)).delete()
