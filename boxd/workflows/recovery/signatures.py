"""The recovery's activities for its workflow: their names, arguments and results."""

from __future__ import annotations

from abc import ABC, abstractmethod

from temporalio import activity

from boxd.recovery import RecoveryStanding


class RecoverySignatures(ABC):
    """Each may be called again with the same argument, and then changes nothing more."""

    @activity.defn
    @abstractmethod
    async def look_at_recovery(self, recovery: str) -> RecoveryStanding:
        """The recovery's standing."""

    @activity.defn
    @abstractmethod
    async def run_for_recovery(self, standing: RecoveryStanding) -> RecoveryStanding:
        """Do what boxd does at this step, and answer it; returns the standing after that."""

    @activity.defn
    @abstractmethod
    async def remind_of_recovery(self, standing: RecoveryStanding) -> None:
        """Raise the alarm of a question that nobody answers."""
