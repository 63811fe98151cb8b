"""The activities of a lease for its workflow: names, arguments, results."""

from __future__ import annotations

from abc import ABC, abstractmethod

from temporalio import activity

from boxd.limit_lease import LeaseReply, LeaseWanted
from boxd.workflows.fleet.lease_messages import LeaseEnd, LeaseTaken


class LeaseSignatures(ABC):
    """What keeper and holder do. A repeated step returns what was decided before."""

    @activity.defn
    @abstractmethod
    async def give_lease(self, wanted: LeaseWanted) -> LeaseReply:
        """At the keeper: give the lease, or say why not."""

    @activity.defn
    @abstractmethod
    async def take_lease(self, taken: LeaseTaken) -> None:
        """At the holder: write down what the keeper said."""

    @activity.defn
    @abstractmethod
    async def lease_outcome(self, lease: str) -> bool:
        """At the holder: whether a code was issued with it; fails while its issue is open."""

    @activity.defn
    @abstractmethod
    async def settle_lease(self, end: LeaseEnd) -> None:
        """At the keeper: end the lease."""
