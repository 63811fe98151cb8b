"""The service of tasks: brings attendees' and attendants' requests to the workflows.

Each task or issue is a row in the ledger first and a workflow second: if the server is away, the
workflow is started when it is back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import structlog
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import (
    Client,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowUpdateFailedError,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError

from boxd.errors import BeingSetUpAgain, Refused, TemporalUnavailable
from boxd.fates import Fates
from boxd.issue import IssueStanding
from boxd.keyed_lock import KeyedLock
from boxd.ledger import alarms, attendees, issues, room, task_standings, tasks
from boxd.ledger.issues import IssueOrder
from boxd.ledger.ledger import Ledger, Transaction
from boxd.machine_clock import boot_s, utc_now
from boxd.task import (
    Asked,
    Scan,
    Submission,
    TaskReply,
    TaskStanding,
    TaskState,
    Verdict,
    Withdrawal,
    why_refused,
)
from boxd.temporal.queues import TASK_TIMEOUT, tasks_queue
from boxd.workflows.box_ids import found_by_box
from boxd.workflows.client_errors import (
    SET_UP_AGAIN,
    is_not_found,
    stands_still,
    unless_not_found,
    why_not_taken,
)
from boxd.workflows.healing.condition import condition_of
from boxd.workflows.server_connection import ServerConnection
from boxd.workflows.tasks import messages
from boxd.workflows.tasks.issue_workflow import IssueCodeWorkflow
from boxd.workflows.tasks.messages import IssueStart, Taken, TaskStart
from boxd.workflows.tasks.workflow import TaskWorkflow

log = structlog.get_logger(__name__)

_NO_ROOM = (
    "The disk is nearly full: nothing more can be handed in, codes and lockers go on. Make room"
    " (df -h, boxd doctor), then clear this"
)

# No latch follows at once, so that a late verdict hurts nobody, and a crowd on a Pi takes longer
# than the one answer that opens a door.
_DECIDED_WITHIN_S = 15.0
# A person waits, with a phone in hand.
_START_TIMEOUT = timedelta(seconds=5)
_UPDATE_TIMEOUT = timedelta(seconds=8)
_TRY_AGAIN_S = 0.25
W = TypeVar("W")
S = TypeVar("S", TaskStart, IssueStart)
Handle = WorkflowHandle[TaskWorkflow, TaskState]


class TaskService:
    """Starts tasks, delivers requests to them, has codes issued.

    Raises TemporalUnavailable while it can't; repeating a request with the same id is safe.
    """

    def __init__(
        self, connection: ServerConnection, ledger: Ledger, box: str, fates: Fates[Asked, TaskReply]
    ) -> None:
        self._connection = connection
        self.kinds_changed: frozenset[str] = frozenset()  # their tasks have to look again
        self._ledger = ledger
        self._box = box
        self._queue = tasks_queue(box)
        self._turns = KeyedLock()
        self._fates = fates
        self._delivering: set[asyncio.Task[TaskReply]] = set()

    async def start(self, kind: str, attendee: str, actor: str) -> TaskStanding:
        """Start the task of this kind for the attendee with the reference `attendee`.

        A second call returns the same task. The ledger decides: while the server is away, the
        workflow follows when it is back. Raises NotFound, Refused.
        """

        def begin(tx: Transaction) -> TaskStanding:
            return tasks.start(tx, kind, attendees.number_of(tx, attendee), actor)

        standing = await self._ledger.write(begin)
        if not standing.state.has_ended:
            with suppress(TemporalUnavailable):
                await self.resume(standing)
        return standing

    async def resume(self, standing: TaskStanding) -> None:
        """Make sure that the task has a workflow; a running one goes on."""
        workflow = messages.task_workflow_id(standing.task, self._box)
        await self._begin(TaskWorkflow.run, TaskStart(standing.task), workflow)

    async def look_again(self, task: str) -> None:
        """Let the task's workflow, if it runs, read the task's standing in the ledger."""
        async with self._connection.reached() as client:
            with unless_not_found():
                await self._handle(client, task).signal(TaskWorkflow.look_again)

    async def tell_approved(self, task: str) -> None:
        """Let the workflow of an approved task look, unless it has something to do already.

        With each signal the server counts the attempts at a step from the first again: one that
        fails would never be seen to.
        """
        async with self._connection.reached() as client:
            workflow = messages.task_workflow_id(task, self._box)
            if (await condition_of(client, workflow)).is_at_work:
                return
        await self.look_again(task)

    async def take(self, asked: Asked) -> TaskReply:
        """Deliver a scan, a submission, a verdict or a withdrawal.

        Requests for one task are delivered one after the other: a run takes ten updates at a time.
        Its turn is part of the time that a caller waits.
        Raises NotFound, and Refused if the id was used for something else.
        """
        deadline_s = boot_s() + _DECIDED_WITHIN_S
        seen = await self._ledger.read(lambda c: task_standings.require(c, asked.task))
        asked = replace(
            asked,
            step=asked.step or seen.step,
            daemon=self._fates.run,
            deadline_s=deadline_s,
        )
        async with self._turns.turn(asked.task):
            given = await self._ledger.read(lambda c: tasks.reply_given(c, asked))
            if given is not None:
                return given
            now = await self._ledger.read(lambda c: task_standings.require(c, asked.task))
            if why := why_refused(now, asked, utc_now()):
                return TaskReply(False, why, now)
            if isinstance(asked, Submission):
                await self._require_room(asked)
            return await self._ask(asked, now)

    async def _require_room(self, submission: Submission) -> None:
        """Raise Refused, with an alarm, if what is handed in would take the ledger's own room."""
        try:
            room.require(self._ledger.file.parent, len(submission.text))
        except Refused:
            await self._ledger.write(
                lambda tx: alarms.raise_alarm(tx, "disk_nearly_full", "disk", _NO_ROOM)
            )
            raise

    async def _ask(self, asked: Asked, standing: TaskStanding) -> TaskReply:
        """The ledger's reply, which a caller may get before Temporal has it."""
        fate = self._fates.expect(asked)
        delivering = asyncio.create_task(self._deliver(asked, standing))
        self._delivering.add(delivering)
        delivering.add_done_callback(self._delivered)
        try:
            reply = await fate.known(delivering)
        except TemporalUnavailable:
            if self._connection.doubts.is_being_set_up(
                messages.task_workflow_id(asked.task, self._box)
            ):
                raise BeingSetUpAgain(SET_UP_AGAIN) from None
            raise
        finally:
            self._fates.forget(asked)
        now = await self._ledger.read(lambda c: task_standings.require(c, asked.task))
        return replace(reply, standing=now)

    def _delivered(self, task: asyncio.Task[TaskReply]) -> None:
        self._delivering.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("task_request.not_delivered", why=str(error))

    async def _deliver(self, asked: Asked, standing: TaskStanding) -> TaskReply:
        """Send the request to the workflow, again and again until its deadline."""
        while True:
            try:
                return await self._update_once(asked, standing)
            except TemporalUnavailable:
                if boot_s() >= asked.deadline_s:
                    raise
                await asyncio.sleep(_TRY_AGAIN_S)

    async def _update_once(self, asked: Asked, standing: TaskStanding) -> TaskReply:
        async with self._connection.reached() as client:
            try:
                taken = await self._update_or_resume(self._handle(client, asked.task), asked)
            except WorkflowUpdateFailedError as error:
                taken = Taken(False, why_not_taken(error))
        return TaskReply(taken.accepted, taken.why, standing, taken.is_new)

    async def _update_or_resume(self, workflow: Handle, asked: Asked) -> Taken:
        """Send the request to the workflow; to a new one if Temporal lost it.

        A workflow that has ended with its task is not lost.
        """
        try:
            return await _update(workflow, asked)
        except RPCError as error:
            if stands_still(error):
                self._connection.doubts.doubt(workflow.id)
                raise BeingSetUpAgain(SET_UP_AGAIN) from error
            if not is_not_found(error):
                raise
            now = await self._ledger.read(lambda c: task_standings.require(c, asked.task))
            if why := why_refused(now, asked, utc_now()):
                return Taken(False, why)
            await self.resume(now)
            return await _update(workflow, asked)

    async def issue(self, order: Callable[[Transaction], IssueOrder]) -> IssueStanding:
        """Issue a code, and wait for the result; a second call returns the same issue.

        Raises Refused if the id belongs to another attendee's issue; TemporalUnavailable if it
        takes longer than a person waits: then it goes on, and a second call returns its result.
        """
        standing = await self._ledger.write(lambda tx: issues.ask(tx, order(tx)))
        if standing.state.has_ended:
            return standing
        await self.resume_issue(standing)
        async with self._connection.reached() as client:
            workflow = messages.issue_workflow_id(standing.issue, self._box)
            with suppress(
                WorkflowFailureError
            ):  # somebody ended it: the ledger knows what came of it
                await client.get_workflow_handle(workflow).result(rpc_timeout=_UPDATE_TIMEOUT)
        standing = await self._ledger.read(lambda c: issues.require(c, standing.issue))
        if not standing.state.has_ended:
            raise TemporalUnavailable(
                "the workflow of this code was ended before the code was made; ask again: it goes"
                " on where it was"
            )
        return standing

    async def issue_again(self, task: str, actor: str) -> TaskStanding:
        """Retry issuing the code of a task that ended without one. Raises NotFound, Refused."""
        standing = await self._ledger.write(lambda tx: tasks.approve_again(tx, task, actor))
        await self.resume(standing)
        return standing

    async def resume_issue(self, standing: IssueStanding) -> None:
        """Make sure that the issue has a workflow; a running one goes on."""
        workflow = messages.issue_workflow_id(standing.issue, self._box)
        await self._begin(IssueCodeWorkflow.run, IssueStart(standing.issue), workflow)

    async def erase(self, task: str) -> None:
        """Delete Temporal's history, which has people's texts, of a task that has ended."""
        named = (messages.task_workflow_id(task, self._box), messages.TASK_PREFIX + task)
        async with self._connection.reached() as client:
            found = [WorkflowExecution(workflow_id=name) for name in named]  # the list lags behind
            async for run in client.list_workflows(f"WorkflowId IN {named}"):
                found.append(WorkflowExecution(workflow_id=run.id, run_id=run.run_id))
            for execution in found:
                with unless_not_found():
                    await client.workflow_service.delete_workflow_execution(
                        DeleteWorkflowExecutionRequest(
                            namespace=client.namespace, workflow_execution=execution
                        )
                    )

    async def _begin(
        self, run: Callable[[W, S], Awaitable[object]], start: S, workflow_id: str
    ) -> None:
        """Start the workflow unless it runs; the ledger keeps it from doing anything twice."""
        async with self._connection.reached() as client:
            await client.start_workflow(
                run,
                start,
                id=workflow_id,
                task_queue=self._queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                task_timeout=TASK_TIMEOUT,
                search_attributes=found_by_box(self._box),
                request_eager_start=True,
                rpc_timeout=_START_TIMEOUT,
            )

    def _handle(self, client: Client, task: str) -> Handle:
        workflow = messages.task_workflow_id(task, self._box)
        return client.get_workflow_handle_for(TaskWorkflow.run, workflow)


async def _update(workflow: Handle, asked: Asked) -> Taken:
    match asked:
        case Scan():
            return await workflow.execute_update(
                TaskWorkflow.scan, asked, rpc_timeout=_UPDATE_TIMEOUT
            )
        case Submission():
            return await workflow.execute_update(
                TaskWorkflow.submit, asked, rpc_timeout=_UPDATE_TIMEOUT
            )
        case Verdict():
            return await workflow.execute_update(
                TaskWorkflow.verdict, asked, rpc_timeout=_UPDATE_TIMEOUT
            )
        case Withdrawal():
            return await workflow.execute_update(
                TaskWorkflow.withdraw, asked, rpc_timeout=_UPDATE_TIMEOUT
            )
