"""The activities of deleting histories for their workflows: names, arguments and results."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from temporalio import activity

from boxd.workflows.erasing.messages import HistoriesLeft


class ErasingSignatures(ABC):
    """Each may be called again with the same argument, and then changes nothing more."""

    @activity.defn
    @abstractmethod
    async def next_histories(self, most: int) -> HistoriesLeft:
        """Which histories can go now."""

    @activity.defn
    @abstractmethod
    async def erase_histories(self, tasks: Sequence[str]) -> None:
        """Delete the histories of these tasks."""
