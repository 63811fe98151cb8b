"""The activities about upstream as their workflows see them: names and results."""

from __future__ import annotations

from abc import ABC, abstractmethod

from temporalio import activity

from boxd.workflows.upstream.messages import Delivered


class UpstreamSignatures(ABC):
    """Ordinary activities: Temporal keeps their attempts, however long upstream is gone."""

    @activity.defn
    @abstractmethod
    async def deliver(self) -> Delivered:
        """Deliver what waits; an attempt that failed says itself when the next one is due."""

    @activity.defn
    @abstractmethod
    async def pull(self) -> str:
        """Fetch and carry out upstream's orders; returns what that was, in words."""
