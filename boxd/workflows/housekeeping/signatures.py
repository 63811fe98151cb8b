"""The activities of housekeeping for its workflows: names, arguments, results."""

from __future__ import annotations

from abc import ABC, abstractmethod

from temporalio import activity

from boxd.workflows.housekeeping.messages import Conclusion, Expired


class HousekeepingSignatures(ABC):
    """Each may be repeated at any time. Those that return text say what was done."""

    @activity.defn
    @abstractmethod
    async def expire(self) -> Expired:
        """End some of what has expired."""

    @activity.defn
    @abstractmethod
    async def back_up(self) -> str:
        """Make a backup of the ledger."""

    @activity.defn
    @abstractmethod
    async def test_devices(self) -> str:
        """Test the devices without moving a latch."""

    @activity.defn
    @abstractmethod
    async def verify_audit(self) -> str:
        """Verify the audit trail from its beginning."""

    @activity.defn
    @abstractmethod
    async def conclude_housekeeping(self, conclusion: Conclusion) -> None:
        """Raise the alarm of a failed part, with the newest reason; or clear it."""
