"""What goes into and comes out of the workflows of tasks and of codes' issues."""

from __future__ import annotations

from dataclasses import dataclass

from boxd.task import Missing, TaskStanding

TASK = "Task"
ISSUE = "IssueCode"

_TASK_PREFIX = "task-"
_ISSUE_PREFIX = "issue-"


def task_workflow_id(task: str) -> str:
    """The id of the workflow that drives a task."""
    return _TASK_PREFIX + task


def issue_workflow_id(issue: str) -> str:
    """The id of the workflow that drives the issue of a code."""
    return _ISSUE_PREFIX + issue


def task_of(workflow: str) -> str:
    """The task that a workflow of this id drives."""
    return workflow.removeprefix(_TASK_PREFIX)


def issue_of(workflow: str) -> str:
    """The issue that a workflow of this id drives."""
    return workflow.removeprefix(_ISSUE_PREFIX)


@dataclass(frozen=True)
class TaskStart:
    """A task that the ledger knows, new or taken up again."""

    task: str


@dataclass(frozen=True)
class Taken:
    """What became of a scan, a submission or a verdict; where the task stands, the ledger tells."""

    accepted: bool
    why: str = ""
    is_new: bool = True


@dataclass(frozen=True)
class TaskStatus:
    """The answer to the query `status`: where it stands, what is missing, whose turn it is."""

    standing: TaskStanding | None
    missing: tuple[Missing, ...]
    scans_missing: int
    who: str
    since: str


@dataclass(frozen=True)
class IssueStart:
    """The issue of a code that the ledger knows, new or taken up again."""

    issue: str


@dataclass(frozen=True)
class Pick:
    """The `attempt`th pick of a prize, by this random number."""

    issue: str
    attempt: int
    draw: int


@dataclass(frozen=True)
class Undo:
    """Take back what the issue has done, and why."""

    issue: str
    why: str
