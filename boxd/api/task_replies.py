"""The shapes of what the API answers about tasks and the issue of codes."""

from __future__ import annotations

from typing import Any

from boxd.api.replies import ReplyModel
from boxd.issue import IssueState
from boxd.task import Demand, Missing, TaskState

Json = dict[str, Any]


class KindReply(ReplyModel):
    """A kind of task that is offered."""

    id: str
    name: str
    text: str
    expires_at: str | None


class CheckpointReply(ReplyModel):
    """One of the places that tasks ask to scan."""

    id: str
    name: str


class KindsReply(ReplyModel):
    """The kinds of task that are offered, and the checkpoints."""

    kinds: tuple[KindReply, ...]
    checkpoints: tuple[CheckpointReply, ...]


class TaskStandingReply(ReplyModel):
    """Where a task stands, what is missing and whose turn it is; `code` is the code's number."""

    id: str
    kind: str
    name: str
    text: str
    attendee: int
    state: TaskState
    step: int
    since: str
    expires_at: str | None
    missing: tuple[Missing, ...]
    awaited_from: str
    checkpoints: tuple[str, ...]
    needed: int
    scanned: tuple[str, ...]
    scans_missing: int
    submission: Demand
    is_submitted: bool
    verdict: bool
    tries_used: int
    tries_left: int
    last_refusal: str
    code: int | None


class OneTaskReply(ReplyModel):
    """A task as it is now."""

    task: TaskStandingReply


class TasksReply(ReplyModel):
    """Tasks, the last started first; `next` is the cursor of what follows, null at the end."""

    tasks: tuple[TaskStandingReply, ...]
    next: str | None


class TaskDetailsReply(ReplyModel):
    """A task with all that belongs to it, oldest first."""

    task: TaskStandingReply
    scans: tuple[Json, ...]
    submissions: tuple[Json, ...]
    verdicts: tuple[Json, ...]
    issues: tuple[Json, ...]


class TakenReply(ReplyModel):
    """What was asked is taken; `is_new` is false where it counted before."""

    is_new: bool
    task: TaskStandingReply


class IssueReply(ReplyModel):
    """What came of the issue of a code; `code` is its number, never its digits."""

    id: str
    state: IssueState
    task: str | None
    attendee: int
    sku: str | None
    code: int | None
    why: str
    since: str


class OneIssueReply(ReplyModel):
    """The issue of a code as it is now."""

    issue: IssueReply
