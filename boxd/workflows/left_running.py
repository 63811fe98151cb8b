"""Activities that the daemon before this one ran when it was killed.

The server waits for their heartbeats, for two minutes. One daemon runs at a time (its lock), so
before this one's worker polls, each of them is known to be dead.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import Client, WorkflowExecutionDescription
from temporalio.converter import ActivitySerializationContext
from temporalio.exceptions import ApplicationError

from boxd.temporal.queues import task_queue
from boxd.workflows.client_errors import unless_not_found
from boxd.workflows.notices.messages import notices_workflow_id
from boxd.workflows.upstream.messages import PULL_WORKFLOW, upstream_workflow_id

log = structlog.get_logger(__name__)

_WHY = "the daemon that ran it has ended"
_NEXT_ATTEMPT = timedelta(seconds=1)


async def end_left_running(client: Client, box: str) -> None:
    """Let the server begin their next attempts now. Raises RPCError.

    The box's other activities are local ones, which the worker's own workflow tasks repeat. Those
    of a fleet have ten seconds for each attempt.
    """
    for workflow in (upstream_workflow_id(box), notices_workflow_id(box)):
        await _end_attempts(client, workflow)
    # Each look for orders has an id of its own. The list lags behind: a look that has just begun
    # may be missing, and is made again when it is due.
    looks = f"ExecutionStatus = 'Running' AND WorkflowType = '{PULL_WORKFLOW}'"
    async for found in client.list_workflows(f"{looks} AND TaskQueue = '{task_queue(box)}'"):
        await _end_attempts(client, found.id)


async def _end_attempts(client: Client, workflow: str) -> None:
    with unless_not_found():
        seen = await client.get_workflow_handle(workflow).describe()
        for each in seen.raw_description.pending_activities:
            if each.state == PendingActivityState.PENDING_ACTIVITY_STATE_STARTED:
                await _fail(client, seen, each)


async def _fail(
    client: Client, seen: WorkflowExecutionDescription, pending: PendingActivityInfo
) -> None:
    attempt = client.get_async_activity_handle(
        workflow_id=seen.id, run_id=seen.run_id, activity_id=pending.activity_id
    )
    sealed = ActivitySerializationContext(
        namespace=client.namespace,
        activity_id=pending.activity_id,
        activity_type=pending.activity_type.name,
        activity_task_queue=seen.task_queue,
        workflow_id=seen.id,
        workflow_type=seen.workflow_type,
        is_local=False,
    )
    # Kills in a row are no reason for longer and longer pauses.
    error = ApplicationError(_WHY, next_retry_delay=_NEXT_ATTEMPT)
    await attempt.with_context(sealed).fail(error)
    log.info("activity.left_running", activity=pending.activity_type.name, workflow=seen.id)
