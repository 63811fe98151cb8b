"""Tasks and the issue of codes, as the web layer and the commands ask for them."""

from __future__ import annotations

from functools import partial
from typing import Any

from boxd.issue import IssueStanding
from boxd.ledger import attendees, issues, task_kinds, task_standings
from boxd.ledger.ledger import Ledger, Transaction
from boxd.task import Asked, Checkpoint, TaskKind, TaskReply, TaskStanding
from boxd.web.task_services import TasksWanted
from boxd.workflows.tasks.service import TaskService

Json = dict[str, Any]


class Tasks:
    """Implements `boxd.web.task_services.TaskServices` over the ledger and the service."""

    def __init__(self, ledger: Ledger, service: TaskService) -> None:
        self._ledger = ledger
        self._service = service

    async def kinds(self) -> list[TaskKind]:
        """The kinds of task that are offered."""
        return await self._ledger.read(task_kinds.offered)

    async def checkpoints(self) -> list[Checkpoint]:
        """Every checkpoint that tasks may ask to scan."""
        return await self._ledger.read(task_kinds.checkpoints)

    async def start(self, kind: str, attendee: str, actor: str) -> TaskStanding:
        """Start the task for whom the organiser calls `attendee`; asked again, the same one."""
        return await self._service.start(kind, attendee, actor)

    async def take(self, asked: Asked) -> TaskReply:
        """Take a scan, a submission or a verdict; the same `asked.id` counts once."""
        return await self._service.take(asked)

    async def standing(self, task: str) -> TaskStanding:
        """Where the task stands."""
        return await self._ledger.read(partial(task_standings.require, task=task))

    async def details(self, task: str) -> dict[str, list[Json]]:
        """The task's scans, submissions, verdicts and issues."""
        return await self._ledger.read(partial(task_standings.details, task=task))

    async def listing(self, wanted: TasksWanted) -> list[TaskStanding]:
        """Tasks, the last started first."""
        return await self._ledger.read(
            lambda c: task_standings.listing(
                c, wanted.state, wanted.kind, wanted.limit, wanted.attendee, wanted.before
            )
        )

    async def of_attendee(self, attendee: int) -> list[TaskStanding]:
        """The tasks of an attendee, by number, in the order of their start."""
        return await self._ledger.read(partial(task_standings.of_attendee, attendee=attendee))

    async def issue(
        self,
        issue: str,
        attendee: str,
        prizes: tuple[str, ...],
        valid_days: int | None,
        actor: str,
    ) -> IssueStanding:
        """Issue a code drawn among `prizes` (empty: all); the same `issue` id is the same one."""

        def order(tx: Transaction) -> issues.IssueOrder:
            # No task's issue has a slash in its id.
            number = attendees.number_of(tx, attendee)
            return issues.IssueOrder(f"request/{issue}", number, actor, prizes, valid_days)

        return await self._service.issue(order)

    async def issue_again(self, task: str, actor: str) -> TaskStanding:
        """Once more issue the code of a task that was sold out, over the limit or failed."""
        return await self._service.issue_again(task, actor)
