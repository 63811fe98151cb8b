"""The activities about upstream for their workflows: names and results."""

from __future__ import annotations

from abc import ABC, abstractmethod

from temporalio import activity

from boxd.workflows.upstream.messages import Delivered


class UpstreamSignatures(ABC):
    """Ordinary activities: Temporal keeps their attempts, however long upstream is gone."""

    @activity.defn
    @abstractmethod
    async def deliver(self) -> Delivered:
        """Deliver what waits; a failed attempt sets the delay of the next one itself."""

    @activity.defn
    @abstractmethod
    async def pull(self) -> str:
        """Fetch and carry out upstream's orders; returns a summary in words."""
