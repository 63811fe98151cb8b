"""Deletes closed workflows, so that Temporal's file does not grow with the event.

The ledger has all that a closed workflow was for. The newest are kept, for people who look at them.
A schedule's own runs are left to the server's retention: they are few, and `boxd schedules` shows
them.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client

from boxd.errors import TemporalUnavailable
from boxd.temporal.queues import task_queue, tasks_queue
from boxd.workflows.client_errors import unless_not_found
from boxd.workflows.housekeeping.messages import WORKFLOWS
from boxd.workflows.server_connection import ServerConnection

log = structlog.get_logger(__name__)

# Some 25 MiB. A deletion writes about as much as a workflow leaves: small events spare the card it.
# Some 10 MiB. A deletion writes 25 KiB: small events spare the card that.
KEPT = 1000
# The server deletes nothing whose close it has not acknowledged: it would try again and again.
CLOSED_FOR = timedelta(minutes=1)
_AT_ONCE = 100
_LOOK_EVERY_S = 30.0
# A deletion takes the server about as long as a start: an Enter comes in between.
_PAUSE_S = 0.05
# Each row of a list costs the server a millisecond, in which it answers nobody; a count costs four.
_PAGE = 10
# Nothing is older: the server's own retention deletes it. Halved so often, that is a millisecond.
_OLDEST = timedelta(days=3650)
_HALVINGS = 40


async def keep_newest(connection: ServerConnection, box: str) -> None:
    """Delete what is older than the newest, some at a time, for ever."""
    while True:
        await asyncio.sleep(_LOOK_EVERY_S)
        if not connection.worker_polls.is_set():
            continue
        try:
            async with connection.reached() as client:
                count = await delete_some(client, box, KEPT, _AT_ONCE)
        except TemporalUnavailable as error:
            log.info("workflows.not_deleted", why=str(error))
        else:
            log.debug("workflows.deleted", count=count)


async def delete_some(
    client: Client, box: str, kept: int, at_once: int, closed_for: timedelta = CLOSED_FOR
) -> int:
    """Delete `at_once` closed workflows that are older than the newest `kept`; returns how many.

    While there are fewer, nothing is done.
    """
    latest = datetime.now(UTC) - closed_for
    excess = await _count(client, box, latest) - kept
    if excess < at_once:
        return 0
    before = await _moment_behind(client, box, excess, latest)
    closed = _closed(box, before)
    count = 0
    async for each in client.list_workflows(closed, limit=at_once, page_size=_PAGE):
        await _delete(client, WorkflowExecution(workflow_id=each.id, run_id=each.run_id))
        await asyncio.sleep(_PAUSE_S)
        count += 1
    return count


async def _moment_behind(client: Client, box: str, excess: int, latest: datetime) -> datetime:
    """The last moment before which no more than `excess` have closed.

    The server lists first what closed last; to walk over all that are kept would keep it busy.
    """
    early, late = latest - _OLDEST, latest
    for _ in range(_HALVINGS):
        middle = early + (late - early) / 2
        if await _count(client, box, middle) > excess:
            late = middle
        else:
            early = middle
    return early


async def _count(client: Client, box: str, before: datetime) -> int:
    return (await client.count_workflows(_closed(box, before))).count


async def _delete(client: Client, run: WorkflowExecution) -> None:
    """Delete a closed run. It is named by its id too: one that runs would be ended by this."""
    request = DeleteWorkflowExecutionRequest(namespace=client.namespace, workflow_execution=run)
    with unless_not_found():
        await client.workflow_service.delete_workflow_execution(request)


def _closed(box: str, before: datetime) -> str:
    """The query for workflows of a box that closed before a moment, but for schedules' runs."""
    queues = f"'{task_queue(box)}', '{tasks_queue(box)}'"
    schedules = ", ".join(f"'{name}'" for name in WORKFLOWS.values())
    return (
        f"ExecutionStatus != 'Running' AND CloseTime < '{before.isoformat()}'"
        f" AND TaskQueue IN ({queues}) AND WorkflowType NOT IN ({schedules})"
    )
