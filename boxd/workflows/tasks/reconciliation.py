"""Reconciliation of tasks and issues: each open one gets a workflow, no workflow is without one."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from functools import partial

from temporalio.client import Client

from boxd.ledger import audit, issues, task_standings
from boxd.ledger.ledger import Ledger
from boxd.task import TaskStanding, TaskState
from boxd.temporal.queues import tasks_queue
from boxd.workflows.box_ids import OLD_ID, names_its_box
from boxd.workflows.client_errors import unless_not_found
from boxd.workflows.tasks import messages
from boxd.workflows.tasks.service import TaskService

_AT_ONCE = 16
# The server needs a millisecond for each row of a list, and answers nobody meanwhile.
_PAGE = 50
_UNKNOWN = "the ledger does not know what it was for"


@dataclass(frozen=True)
class TasksReconciled:
    """What got a workflow again."""

    tasks: tuple[str, ...]
    issues: tuple[str, ...]


async def reconcile_tasks(
    client: Client, ledger: Ledger, service: TaskService, box: str
) -> TasksReconciled:
    """Make Temporal agree with the ledger.

    Tasks that wait for people and have a workflow are left alone, unless their rules were changed:
    there may be thousands.
    """
    running = await _moved_on(client, await _running(client, messages.TASK, box), box)
    known = {each.task: each for each in await ledger.read(task_standings.open_ones)}
    resumed = [task for task in known if messages.task_workflow_id(task, box) not in running]
    await _many_at_a_time(service.resume(known[task]) for task in resumed)
    await _many_at_a_time(
        _look_or_end(client, ledger, service, workflow, box)
        for workflow in running
        if _is_unknown_or_has_to_look(known.get(messages.task_of(workflow, box)), service)
    )
    return TasksReconciled(tuple(resumed), await _resume_issues(client, ledger, service, box))


async def _many_at_a_time(works: Iterable[Coroutine[None, None, None]]) -> None:
    """Do all of them, then raise the first error: the next try meets none that still runs.

    One by one, two hundred tasks would take 40 s on a slow card.
    """
    room = asyncio.Semaphore(_AT_ONCE)

    async def do(work: Coroutine[None, None, None]) -> None:
        async with room:
            await work

    ended = await asyncio.gather(*map(do, works), return_exceptions=True)
    for error in ended:
        if error is not None:
            raise error


def _is_unknown_or_has_to_look(standing: TaskStanding | None, service: TaskService) -> bool:
    if standing is None:
        return True
    return standing.state is TaskState.APPROVED or standing.kind.id in service.kinds_changed


async def _look_or_end(
    client: Client, ledger: Ledger, service: TaskService, workflow: str, box: str
) -> None:
    """The task has moved on without its workflow; or there is no such task."""
    task = messages.task_of(workflow, box)
    standing = await ledger.read(partial(task_standings.find, task=task))
    if standing is None:
        await _end(client, ledger, workflow)
    elif standing.state is TaskState.APPROVED:
        await service.tell_approved(task)
    else:
        await service.look_again(task)


async def _resume_issues(
    client: Client, ledger: Ledger, service: TaskService, box: str
) -> tuple[str, ...]:
    """Issues without a task's workflow continue by themselves, or are ended with it."""
    running = await _moved_on(client, await _running(client, messages.ISSUE, box), box)
    looked_after = {each.issue for each in await ledger.read(task_standings.open_ones)}
    resumed = []
    for issue in await ledger.read(issues.open_ones):
        workflow = messages.issue_workflow_id(issue.issue, box)
        if issue.issue not in looked_after and workflow not in running:
            await service.resume_issue(issue)
            resumed.append(issue.issue)
    for workflow in running:
        issue_id = messages.issue_of(workflow, box)
        if await ledger.read(partial(issues.find, issue=issue_id)) is None:
            await _end(client, ledger, workflow)
    return tuple(resumed)


async def _moved_on(client: Client, running: set[str], box: str) -> set[str]:
    """Those whose id names their box; the others are ended, and begun again under such an id.

    An earlier release began them. Two boxes at one service had the same ids then.
    """
    named = {workflow for workflow in running if names_its_box(workflow, box)}
    await _many_at_a_time(_end_old(client, workflow) for workflow in running - named)
    return named


async def _end_old(client: Client, workflow: str) -> None:
    with unless_not_found():
        await client.get_workflow_handle(workflow).terminate(reason=OLD_ID)


async def _running(client: Client, workflow_type: str, box: str) -> set[str]:
    """The ids of the running workflows of a type at this box."""
    query = (
        f"WorkflowType = '{workflow_type}' AND ExecutionStatus = 'Running'"
        f" AND TaskQueue = '{tasks_queue(box)}'"
    )
    return {found.id async for found in client.list_workflows(query, page_size=_PAGE)}


async def _end(client: Client, ledger: Ledger, workflow: str) -> None:
    """End a workflow that the ledger does not know, with a record."""
    with unless_not_found():
        await client.get_workflow_handle(workflow).terminate(reason=_UNKNOWN)
    detail: audit.Detail = {"workflow": workflow}
    entry = audit.Entry("boxd", "workflow.ended", _UNKNOWN, detail=detail)
    await ledger.write(partial(audit.append, entry=entry))
