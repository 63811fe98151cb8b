"""The inputs and results of the workflows of tasks and issues."""

from __future__ import annotations

from dataclasses import dataclass

from boxd.task import Missing, TaskStanding
from boxd.workflows.box_ids import at_box, box_part, without_box

TASK = "Task"
ISSUE = "IssueCode"

TASK_PREFIX = "task-"
ISSUE_PREFIX = "issue-"


def task_workflow_id(task: str, box: str) -> str:
    """The id of the workflow that drives a task at a box."""
    return at_box(TASK_PREFIX + task, box)


def issue_workflow_id(issue: str, box: str) -> str:
    """The id of the workflow that drives the issue of a code at a box."""
    return at_box(ISSUE_PREFIX + issue, box)


def issue_beside(task_workflow: str, task: str, issue: str) -> str:
    """The id of the workflow of an issue whose task has the workflow `task_workflow`.

    It names the box if that does: recorded histories of earlier releases don't.
    """
    return ISSUE_PREFIX + issue + box_part(task_workflow, TASK_PREFIX + task)


def task_of(workflow: str, box: str) -> str:
    """The task of the workflow with this id."""
    return without_box(workflow, box).removeprefix(TASK_PREFIX)


def issue_of(workflow: str, box: str) -> str:
    """The issue of the workflow with this id."""
    return without_box(workflow, box).removeprefix(ISSUE_PREFIX)


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
