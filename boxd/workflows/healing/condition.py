"""Whether a workflow goes on by itself, as the server describes it.

The calls are the server's own: the SDK (1.35) raises ValueError for a workflow that is paused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, WorkflowExecutionStatus
from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    DescribeWorkflowExecutionResponse,
    GetWorkflowExecutionHistoryReverseRequest,
    ListWorkflowExecutionsRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from boxd.temporal.queues import task_queue, tasks_queue
from boxd.words import N_
from boxd.workflows.client_errors import is_not_found

_WITHIN = timedelta(seconds=2)
# The attempts of a task that are made before the workflow counts as standing still.
_MOST_FAILURES = 2
# A slow machine or a killed worker lets a task time out; the next attempt may well succeed.
_MOST_TIMEOUTS = 4
_MOST_LISTED = 200

# Our workers have no versions, so that what is pinned to one waits for another release.
_BOUND = "ExecutionStatus='Running' AND TemporalWorkflowVersioningBehavior='Pinned'"

DOES_NOT_FIT = N_("its program does not fit it, or fails")
GONE = N_("nothing is left of it on the server")
_ENDED = {
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED: N_("it ended too early"),
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_FAILED: N_("it ended with an error"),
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CANCELED: N_("somebody cancelled it"),
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED: N_("somebody terminated it"),
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TIMED_OUT: N_("it ran out of time"),
}
_GOING_ON = frozenset(
    {
        WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING,
        WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW,
    }
)


@dataclass(frozen=True)
class Condition:
    """A workflow's latest run: `why` it does not go on, empty if it does.

    `is_there` is False if the server knows no such workflow; `is_open` if that run has not ended;
    `is_at_work` if its program has something to do.
    """

    run: str
    why: str
    is_there: bool
    is_open: bool
    history_bytes: int = 0
    is_at_work: bool = False


@dataclass(frozen=True)
class ListedRun:
    """A workflow in the server's list."""

    workflow: str
    run: str


async def condition_of(client: Client, workflow: str) -> Condition:
    """Look at a workflow's latest run. Raises RPCError if the server does not answer."""
    request = DescribeWorkflowExecutionRequest(
        namespace=client.namespace, execution=WorkflowExecution(workflow_id=workflow)
    )
    try:
        found = await client.workflow_service.describe_workflow_execution(
            request, retry=True, timeout=_WITHIN
        )
    except RPCError as error:
        if is_not_found(error):
            return Condition("", GONE, is_there=False, is_open=False)
        raise
    info = found.workflow_execution_info
    size = info.history_size_bytes
    if info.status in _ENDED:
        return Condition(info.execution.run_id, _ENDED[info.status], True, False, size)
    why = _why_it_waits(found) or await _why_it_fails(client, found)
    is_at_work = found.HasField("pending_workflow_task")
    return Condition(info.execution.run_id, why, True, True, size, is_at_work)


def _why_it_waits(found: DescribeWorkflowExecutionResponse) -> str:
    """What somebody did to a running workflow that keeps it from going on as the ledger says."""
    if found.workflow_execution_info.status not in _GOING_ON:
        return N_("somebody paused it")
    if found.workflow_extended_info.last_reset_time.seconds > 0:
        return N_("somebody reset it")
    if found.workflow_execution_info.versioning_info.HasField("versioning_override"):
        return N_("somebody bound it to another release")
    return ""


async def _why_it_fails(client: Client, found: DescribeWorkflowExecutionResponse) -> str:
    attempt = found.pending_workflow_task.attempt
    if attempt <= _MOST_FAILURES:
        return ""
    info = found.workflow_execution_info
    request = GetWorkflowExecutionHistoryReverseRequest(
        namespace=client.namespace, execution=info.execution, maximum_page_size=1
    )
    history = await client.workflow_service.get_workflow_execution_history_reverse(
        request, retry=True, timeout=_WITHIN
    )
    last = [event.event_type for event in history.history.events]
    if last == [EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED]:
        return DOES_NOT_FIT
    return N_("its program does not answer") if attempt > _MOST_TIMEOUTS else ""


async def standing_still(client: Client, box: str) -> list[ListedRun]:
    """The running workflows of a box whose tasks fail, and those that are paused or bound."""
    ours = _of_box(box)
    return [
        *await _listed(
            client,
            f"{ours} AND ExecutionStatus='Running' AND TemporalReportedProblems IS NOT NULL",
        ),
        *await _listed(client, f"{ours} AND ExecutionStatus='Paused'"),
        *await _listed(client, f"{ours} AND {_BOUND}"),
    ]


async def running_jobs(client: Client, box: str) -> list[ListedRun]:
    """The running workflows of a box beside attendees' tasks and their codes."""
    query = f"TaskQueue='{task_queue(box)}' AND ExecutionStatus='Running'"
    return await _listed(client, query)


async def ended_since(client: Client, box: str, since: datetime) -> list[ListedRun]:
    """The workflows of a box that have ended since then, however they did."""
    return await _listed(client, f"{_of_box(box)} AND CloseTime>='{since.isoformat()}'")


def _of_box(box: str) -> str:
    return f"TaskQueue IN ('{task_queue(box)}','{tasks_queue(box)}')"


async def _listed(client: Client, query: str) -> list[ListedRun]:
    """What the server lists; nothing if it is older than the query."""
    request = ListWorkflowExecutionsRequest(
        namespace=client.namespace,
        page_size=_MOST_LISTED,
        query=query,
    )
    try:
        found = await client.workflow_service.list_workflow_executions(
            request, retry=True, timeout=_WITHIN
        )
    except RPCError as error:
        if error.status is RPCStatusCode.INVALID_ARGUMENT:
            return []
        raise
    return [_as_listed(info) for info in found.executions]


def _as_listed(info: WorkflowExecutionInfo) -> ListedRun:
    return ListedRun(info.execution.workflow_id, info.execution.run_id)
