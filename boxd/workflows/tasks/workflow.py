"""The task workflow: from the start of an attendee's task to its code, even if that takes days.

It has the progress; the ledger has the facts. While it waits it costs nothing: at most one timer,
for the task's expiry, and no event until somebody does something.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    ChildWorkflowError,
    FailureError,
    WorkflowAlreadyStartedError,
)
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    import boxd.issue  # noqa: F401 - a replay in the sandbox finds the child's result by it
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
    from boxd.workflows.local_activities import until_done
    from boxd.workflows.tasks import messages
    from boxd.workflows.tasks.issue_workflow import IssueCodeWorkflow
    from boxd.workflows.tasks.messages import IssueStart, Taken, TaskStart, TaskStatus
    from boxd.workflows.tasks.signatures import TaskSignatures

_UNTIL_DONE = until_done(longest_pause=timedelta(seconds=10))
_TASK_TIMEOUT = timedelta(seconds=2)
# An issue that somebody ended by hand is started again, with growing pauses.
_FIRST_PAUSE_S = 5.0
_LONGEST_PAUSE_S = 600.0
_AT_ONCE = "issue-again-at-once"
A = TypeVar("A", bound=Asked)
Recording = Callable[[TaskSignatures, A], Awaitable[TaskReply]]


@workflow.defn(name=messages.TASK)
class TaskWorkflow:
    """One task. Scans, submissions and verdicts are updates; `status` is a query."""

    @workflow.init
    def __init__(self, start: TaskStart) -> None:
        self._task = start.task
        self._standing: TaskStanding | None = None
        self._expiring: asyncio.Task[None] | None = None
        self._pause_s = _FIRST_PAUSE_S
        self._is_issued_again = False

    @workflow.run
    async def run(self, start: TaskStart) -> TaskState:
        """Wait until nothing is missing, have the code issued, end."""
        standing = await self._look()
        while not standing.state.has_ended:
            if standing.state is TaskState.APPROVED:
                standing = await self._issue_code(standing)
            else:
                standing = await self._moved_on(standing)
        self._watch_expiry(None)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return standing.state

    @workflow.update
    async def scan(self, scan: Scan) -> Taken:
        """Count a checkpoint."""
        return await self._take(TaskSignatures.record_scan, scan)

    @workflow.update
    async def submit(self, submission: Submission) -> Taken:
        """Accept the attendee's submission."""
        return await self._take(TaskSignatures.record_submission, submission)

    @workflow.update
    async def verdict(self, verdict: Verdict) -> Taken:
        """Accept an attendant's verdict."""
        return await self._take(TaskSignatures.record_verdict, verdict)

    @workflow.update
    async def withdraw(self, withdrawal: Withdrawal) -> Taken:
        """End the task: it is given up."""
        return await self._take(TaskSignatures.record_withdrawal, withdrawal)

    @scan.validator
    def check_scan(self, scan: Scan) -> None:
        """Refuse a request that can't be accepted, before it enters the history."""
        self._check(scan)

    @submit.validator
    def check_submission(self, submission: Submission) -> None:
        """Refuse a request that can't be accepted, before it enters the history."""
        self._check(submission)

    @verdict.validator
    def check_verdict(self, verdict: Verdict) -> None:
        """Refuse a request that can't be accepted, before it enters the history."""
        self._check(verdict)

    @withdraw.validator
    def check_withdrawal(self, withdrawal: Withdrawal) -> None:
        """Refuse a request that can't be accepted, before it enters the history."""
        self._check(withdrawal)

    @workflow.signal
    async def look_again(self) -> None:
        """Read the task's standing in the ledger, and its expiry."""
        await self._look()

    @workflow.query
    def status(self) -> TaskStatus:
        """The task's state, what is missing, and who has to act."""
        standing = self._standing
        if standing is None:
            since = workflow.info().start_time.isoformat()
            return TaskStatus(None, (), 0, "box", since)
        return TaskStatus(
            standing,
            standing.missing,
            standing.scans_missing,
            standing.awaited_from,
            standing.since,
        )

    def _check(self, asked: Asked) -> None:
        """The ledger may be ahead of this workflow, never behind: it judges later steps itself.

        `asked.step` is the ledger's step at the request.
        """
        standing = self._standing
        if standing is None or asked.step > standing.step:
            return
        if why := why_refused(standing, asked, workflow.now()):
            raise ApplicationError(why, type="Refused")

    async def _take(self, record: Recording[A], asked: A) -> Taken:
        try:
            reply = await workflow.execute_local_activity_method(record, asked, **_UNTIL_DONE)
        except FailureError as error:
            raise _not_taken(error) from error
        self._follow(reply.standing)
        return Taken(reply.accepted, reply.why, reply.is_new)

    async def _look(self) -> TaskStanding:
        return self._follow(
            await workflow.execute_local_activity_method(
                TaskSignatures.look_at_task, self._task, **_UNTIL_DONE
            )
        )

    def _follow(self, standing: TaskStanding) -> TaskStanding:
        """Take the standing from the ledger, unless it is known already."""
        before = self._standing
        if before is not None and standing.step < before.step:
            return before
        self._standing = standing
        if before is None or standing.expires_at != before.expires_at:
            self._watch_expiry(standing.expires_at)
        return standing

    async def _moved_on(self, standing: TaskStanding) -> TaskStanding:
        """Wait until the task is no longer open; a history that is too long continues as new."""
        await workflow.wait_condition(
            lambda: not self._is_open() or workflow.info().is_continue_as_new_suggested()
        )
        if self._is_open():
            self._watch_expiry(None)
            await workflow.wait_condition(workflow.all_handlers_finished)
            if self._is_open():
                workflow.continue_as_new(TaskStart(self._task))
        return self._standing or standing

    def _is_open(self) -> bool:
        return self._standing is not None and self._standing.state is TaskState.OPEN

    def _watch_expiry(self, expires_at: str | None) -> None:
        """One timer at most, and none if nothing expires."""
        if self._expiring is not None:
            self._expiring.cancel()
            self._expiring = None
        if expires_at is not None:
            self._expiring = asyncio.create_task(self._expire(datetime.fromisoformat(expires_at)))

    async def _expire(self, expires_at: datetime) -> None:
        wait_s = (expires_at - workflow.now()).total_seconds()
        if wait_s > 0:
            await workflow.sleep(wait_s)
        self._expiring = None  # from here on nobody cancels it
        if self._is_open():
            self._follow(
                await workflow.execute_local_activity_method(
                    TaskSignatures.expire_task, self._task, **_UNTIL_DONE
                )
            )

    async def _issue_code(self, standing: TaskStanding) -> TaskStanding:
        """Have the code issued; the ledger then has the result."""
        issue = standing.issue
        try:
            await workflow.execute_child_workflow(
                IssueCodeWorkflow.run,
                IssueStart(issue),
                id=messages.issue_beside(workflow.info().workflow_id, self._task, issue),
                task_timeout=_TASK_TIMEOUT,
                # An issue that holds a unit must not end halfway because its task does.
                parent_close_policy=ParentClosePolicy.ABANDON,
            )
        except (ChildWorkflowError, WorkflowAlreadyStartedError):
            workflow.logger.warning("issue.restarted")
            await self._pause()
        return await self._look()

    async def _pause(self) -> None:
        """Wait before the code is issued once more; not at the first time.

        Histories of the first version have a timer there: see docs/adr/0116.
        """
        is_first, self._is_issued_again = not self._is_issued_again, True
        if workflow.patched(_AT_ONCE) and is_first:
            return
        await workflow.sleep(self._pause_s)
        self._pause_s = min(self._pause_s * 2, _LONGEST_PAUSE_S)


def _not_taken(error: FailureError) -> ApplicationError:
    """The ledger's reason; a local activity's error comes bare, or as another's cause."""
    cause = error.cause if isinstance(error, ActivityError) else error
    why = "it could not be written down; try again"
    if isinstance(cause, ApplicationError) and cause.type in {"Refused", "NotFound"}:
        why = cause.message
    return ApplicationError(why, type="Refused")
