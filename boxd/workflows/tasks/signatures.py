"""The activities of tasks and issues as their workflows see them: names, arguments, results."""

from __future__ import annotations

from abc import ABC, abstractmethod

from temporalio import activity

from boxd.issue import IssueStanding
from boxd.task import Scan, Submission, TaskReply, TaskStanding, Verdict
from boxd.workflows.tasks.messages import Pick, Undo


class TaskSignatures(ABC):
    """What people do for a task. The same request, repeated, counts once."""

    @activity.defn
    @abstractmethod
    async def look_at_task(self, task: str) -> TaskStanding:
        """Where the task stands."""

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
        """Take what was handed in, or say why not."""

    @activity.defn
    @abstractmethod
    async def record_verdict(self, verdict: Verdict) -> TaskReply:
        """Take an attendant's word, or say why not."""


class IssueSignatures(ABC):
    """The steps of a code's issue. A step that was done already returns where the issue stands."""

    @activity.defn
    @abstractmethod
    async def pick(self, pick: Pick) -> IssueStanding:
        """Choose the prize that the random number falls on."""

    @activity.defn
    @abstractmethod
    async def hold(self, issue: str) -> IssueStanding:
        """Set one unit aside."""

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
        """Take back what the issue has done."""
