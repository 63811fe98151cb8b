"""The inputs and results of the workflows of tasks and issues."""

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
    """The task of the workflow with this id."""
    return workflow.removeprefix(_TASK_PREFIX)


def issue_of(workflow: str) -> str:
    """The issue of the workflow with this id."""
    return workflow.removeprefix(_ISSUE_PREFIX)


@dataclass(frozen=True)
class TaskStart:
    """A task in the ledger, new or resumed."""

    task: str


@dataclass(frozen=True)
class Taken:
    """The result of a scan, a submission or a verdict; the ledger has the task's standing."""

    accepted: bool
    why: str = ""
    is_new: bool = True


@dataclass(frozen=True)
class TaskStatus:
    """The answer to the query `status`: the state, what is missing, and who has to act."""

    standing: TaskStanding | None
    missing: tuple[Missing, ...]
    scans_missing: int
    who: str
    since: str


@dataclass(frozen=True)
class IssueStart:
    """An issue in the ledger, new or resumed."""

    issue: str


@dataclass(frozen=True)
class Pick:
    """The `attempt`th pick of a prize, by this random number."""

    issue: str
    attempt: int
    draw: int


@dataclass(frozen=True)
class Undo:
    """Undo all steps of the issue, and why."""

    issue: str
    why: str
