"""The redemption's activities for its workflow: their names, arguments and results.

The workflow's module can't import the activities, which need devices and the ledger. Both import
these declarations instead: the workflow calls them, the activities implement them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from temporalio import activity

from boxd.redemption import Answer, RedemptionStanding, Reply
from boxd.workflows.redemption.messages import RedemptionStart, Reminder


class RedemptionSignatures(ABC):
    """Each may be called again with the same argument, and then changes nothing more."""

    @activity.defn
    @abstractmethod
    async def claim(self, start: RedemptionStart) -> RedemptionStanding:
        """Decide the claim; a repeated call returns the redemption's standing."""

    @activity.defn
    @abstractmethod
    async def open_locker(self, standing: RedemptionStanding) -> RedemptionStanding:
        """Open the locker once for this attempt; a repeated call returns the result."""

    @activity.defn
    @abstractmethod
    async def record_answer(self, answer: Answer) -> Reply:
        """Accept the answer, or refuse it."""

    @activity.defn
    @abstractmethod
    async def remind(self, reminder: Reminder) -> float:
        """Remind people, unless an answer has just come.

        Returns for how many seconds it is too early for that; 0 if it was done.
        """
