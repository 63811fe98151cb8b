"""The activities of a task: what people do, decided in the ledger."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog
from temporalio import activity

from boxd.errors import LedgerUnusable, NotKnownYet
from boxd.fates import Fates
from boxd.ledger import task_standings, tasks
from boxd.ledger.issue_steps import IssueSteps
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
from boxd.workflows.activity_errors import as_activity_errors
from boxd.workflows.tasks.signatures import TaskSignatures

log = structlog.get_logger(__name__)

_TOO_LATE = "it came too late: nobody waits for it any more; try again"


class TaskActivities(TaskSignatures):
    """Decides each request in one transaction of the ledger.

    One that approves the task has its code issued in the same transaction. What of that is left
    to be done, or undone, is the workflow's.
    """

    def __init__(self, ledger: Ledger, fates: Fates[Asked, TaskReply], steps: IssueSteps) -> None:
        self._ledger = ledger
        self._fates = fates
        self._steps = steps
        self._deciding: dict[Asked, asyncio.Task[TaskReply]] = {}

    def all(self) -> Sequence[Callable[..., object]]:
        """The activities, for the worker."""
        return (
            self.look_at_task,
            self.expire_task,
            self.record_scan,
            self.record_submission,
            self.record_verdict,
            self.record_withdrawal,
        )

    @activity.defn
    async def look_at_task(self, task: str) -> TaskStanding:
        """The task's standing."""
        with as_activity_errors():
            standing = await self._ledger.read(lambda c: task_standings.require(c, task))
        return _without_prose(standing)

    @activity.defn
    async def expire_task(self, task: str) -> TaskStanding:
        """End the task if its time is over."""
        with as_activity_errors():
            standing = await self._ledger.write(lambda tx: tasks.expire(tx, task))
        self._tell_others(standing)
        return _without_prose(standing)

    @activity.defn
    async def record_scan(self, scan: Scan) -> TaskReply:
        """Count a checkpoint, or say why not."""
        return await self._record(scan)

    @activity.defn
    async def record_submission(self, submission: Submission) -> TaskReply:
        """Accept a submission, or refuse it."""
        return await self._record(submission)

    @activity.defn
    async def record_verdict(self, verdict: Verdict) -> TaskReply:
        """Accept an attendant's verdict, or refuse it."""
        return await self._record(verdict)

    @activity.defn
    async def record_withdrawal(self, withdrawal: Withdrawal) -> TaskReply:
        """End the task, or refuse to."""
        return await self._record(withdrawal)

    async def _record(self, asked: Asked) -> TaskReply:
        """Decide it, even if the activity is cancelled: a running commit is finished."""
        task = self._deciding.get(asked)
        if task is None:
            task = asyncio.create_task(self._decide(asked))
            self._deciding[asked] = task
            task.add_done_callback(lambda _: self._deciding.pop(asked))
        with as_activity_errors():
            return await asyncio.shield(task)

    async def _decide(self, asked: Asked) -> TaskReply:
        fate = self._fates.of(asked)

        def why_late() -> str:
            is_ours = asked.daemon == self._fates.run
            return "" if is_ours and fate.begin() else _TOO_LATE

        def record(tx: Transaction) -> TaskReply:
            reply = tasks.record(tx, asked, why_late)
            if not reply.is_new or reply.standing.state is not TaskState.APPROVED:
                return reply
            self._steps.begin(tx, reply.standing.issue)
            now = task_standings.require(tx.connection, asked.task)
            return replace(reply, standing=now)

        try:
            reply = await self._ledger.write(record)
        except NotKnownYet:
            raise  # tried again, the request's id tells whether it is there
        except LedgerUnusable as error:
            fate.roll_back()
            if boot_s() < asked.deadline_s:
                raise
            standing = await self._ledger.read(lambda c: task_standings.require(c, asked.task))
            reply = TaskReply(False, f"{error}. It was not taken: try again", standing)
        except Exception:
            fate.roll_back()
            raise
        fate.tell(reply)
        self._tell_others(reply.standing)
        log.info(
            f"task.{type(asked).__name__.lower()}",
            task=asked.task,
            state=reply.standing.state.value,
            actor=asked.actor,
            why=reply.why or None,
        )
        return replace(reply, standing=_without_prose(reply.standing))

    def _tell_others(self, now: TaskStanding) -> None:
        """Refuse what somebody waits for and this task does not accept any more.

        Their updates may never arrive: a task that has ended has no workflow.
        """
        for fate in self._fates.expected():
            if fate.request.task == now.task and (why := why_refused(now, fate.request, utc_now())):
                fate.refuse(TaskReply(False, why, now))


def _without_prose(standing: TaskStanding) -> TaskStanding:
    """The workflow needs no texts, and each result would carry them into the history."""
    return replace(standing, kind=replace(standing.kind, text="", translations=()))
