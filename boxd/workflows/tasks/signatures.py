"""The activities of tasks and issues for their workflows: names, arguments, results."""

from __future__ import annotations

from abc import ABC, abstractmethod

from temporalio import activity

from boxd.issue import IssueStanding
from boxd.task import Scan, Submission, TaskReply, TaskStanding, Verdict, Withdrawal
from boxd.workflows.tasks.messages import Pick, Undo


class TaskSignatures(ABC):
    """What people do for a task. A repeated request counts once."""

    @activity.defn
    @abstractmethod
    async def look_at_task(self, task: str) -> TaskStanding:
        """The task's standing."""

    @activity.defn
    @abstractmethod
    async def expire_task(self, task: str) -> TaskStanding:
        """End the task if its time is over."""

    @activity.defn
    @abstractmethod
    async def record_scan(self, scan: Scan) -> TaskReply:
        """Count a checkpoint, or say why not."""

    @activity.defn
    @abstractmethod
    async def record_submission(self, submission: Submission) -> TaskReply:
        """Accept a submission, or refuse it."""

    @activity.defn
    @abstractmethod
    async def record_verdict(self, verdict: Verdict) -> TaskReply:
        """Accept an attendant's verdict, or refuse it."""

    @activity.defn
    @abstractmethod
    async def record_withdrawal(self, withdrawal: Withdrawal) -> TaskReply:
        """End the task, or refuse to."""


class IssueSignatures(ABC):
    """The steps of a code's issue. A repeated step returns the issue's standing."""

    @activity.defn
    @abstractmethod
    async def pick(self, pick: Pick) -> IssueStanding:
        """Choose the prize that the random number selects."""

    @activity.defn
    @abstractmethod
    async def hold(self, issue: str) -> IssueStanding:
        """Hold one unit."""

    @activity.defn
    @abstractmethod
    async def mint(self, issue: str) -> IssueStanding:
        """Make the code."""

    @activity.defn
    @abstractmethod
    async def hand_over(self, issue: str) -> IssueStanding:
        """Give the code to its attendee."""

    @activity.defn
    @abstractmethod
    async def undo(self, undo: Undo) -> IssueStanding:
        """Undo all steps of the issue."""
