"""What the phones' pages, the API and the commands ask of tasks and of the issue of codes.

A protocol, so that the web layer can be run without the daemon behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from boxd.issue import IssueStanding
from boxd.task import Asked, Checkpoint, TaskKind, TaskReply, TaskStanding, TaskState

Json = dict[str, Any]


@dataclass(frozen=True)
class TasksWanted:
    """Which tasks to list: up to `limit`, started before the task `before`, of a kind, of one."""

    limit: int
    state: TaskState | None = None
    kind: str | None = None
    attendee: str | None = None
    before: str | None = None


class TaskServices(Protocol):
    """Tasks, as the web layer sees them.

    Every method may raise `NotFound`, `Refused` and `LedgerUnusable`; those that change something
    `TemporalUnavailable` too, after which it is safe to ask again under the same id.
    """

    async def kinds(self) -> list[TaskKind]:
        """The kinds of task that are offered."""

    async def checkpoints(self) -> list[Checkpoint]:
        """Every checkpoint that tasks may ask to scan."""

    async def start(self, kind: str, attendee: str, actor: str) -> TaskStanding:
        """Start the task for whom the organiser calls `attendee`; asked again, the same one."""

    async def take(self, asked: Asked) -> TaskReply:
        """Take a scan, a submission or a verdict; the same `asked.id` counts once."""

    async def standing(self, task: str) -> TaskStanding:
        """Where the task stands."""

    async def details(self, task: str) -> dict[str, list[Json]]:
        """The task's scans, submissions, verdicts and issues."""

    async def listing(self, wanted: TasksWanted) -> list[TaskStanding]:
        """Tasks, the last started first."""

    async def of_attendee(self, attendee: int) -> list[TaskStanding]:
        """The tasks of an attendee, by number, in the order of their start."""

    async def issue(
        self,
        issue: str,
        attendee: str,
        prizes: tuple[str, ...],
        valid_days: int | None,
        actor: str,
    ) -> IssueStanding:
        """Issue a code drawn among `prizes` (empty: all); the same `issue` id is the same one."""

    async def issue_again(self, task: str, actor: str) -> TaskStanding:
        """Once more issue the code of a task that was sold out, over the limit or failed."""
