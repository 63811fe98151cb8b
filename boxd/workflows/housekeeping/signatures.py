"""The activities of housekeeping as its workflows see them: names, arguments, results."""

from __future__ import annotations

from abc import ABC, abstractmethod

from temporalio import activity

from boxd.workflows.housekeeping.messages import Conclusion, Expired


class HousekeepingSignatures(ABC):
    """Each may be done again at any time. Those that return words say what was done."""

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
        """Follow the audit trail from its beginning."""

    @activity.defn
    @abstractmethod
    async def conclude_housekeeping(self, conclusion: Conclusion) -> None:
        """Raise the alarm of a part that failed, with the newest reason; or clear it."""
