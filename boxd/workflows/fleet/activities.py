"""The activities of a moving code: each decides in one transaction of this box's ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from boxd.ledger import rights, visits
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger
from boxd.spending_right import Given, RightWanted, TakenIn, VisitOutcome
from boxd.workflows.activity_errors import as_activity_errors
from boxd.workflows.fleet.messages import CodeVisit, Settlement
from boxd.workflows.fleet.signatures import FleetSignatures


@dataclass(frozen=True)
class FleetBox:
    """A box: its id in its ledger, its number in the fleet.

    A code that was brought here and not claimed goes home after `unused_after_s`: the Enter that
    brought it claims it within a second, and a box that restarts in between takes a few.
    """

    id: str
    number: int
    unused_after_s: float = 30.0


class FleetActivities(FleetSignatures):
    """What this box does for itself and for others."""

    def __init__(self, ledger: Ledger, keys: CodeKeys, box: FleetBox) -> None:
        self._ledger = ledger
        self._keys = keys
        self._box = box

    def all(self) -> Sequence[Callable[..., object]]:
        """The activities, for the worker."""
        return (self.give_right, self.take_in, self.outcome_here, self.settle_move)

    @activity.defn
    async def give_right(self, wanted: RightWanted) -> Given:
        """Give the right to spend a code away, or say why not."""
        digest = self._keys.digest(wanted.digits)
        with as_activity_errors():
            return await self._ledger.write(
                lambda tx: rights.give(tx, wanted, digest, self._box.id, self._box.number)
            )

    @activity.defn
    async def take_in(self, visit: CodeVisit) -> TakenIn:
        """Take the code in, or say why not."""
        with as_activity_errors():
            return await self._ledger.write(
                lambda tx: visits.take_in(tx, visit.given, visit.digits, self._box.id, self._keys)
            )

    @activity.defn
    async def outcome_here(self, visit: CodeVisit) -> VisitOutcome:
        """What became of the code; fails for as long as that is open."""
        unused_after = timedelta(seconds=self._box.unused_after_s)
        with as_activity_errors():
            found = await self._ledger.write(
                lambda tx: visits.outcome(tx, visit.given, unused_after)
            )
        if found is None:
            raise ApplicationError(
                "somebody is at the box with this code",
                type="StillOpen",
                category=ApplicationErrorCategory.BENIGN,
            )
        return found

    @activity.defn
    async def settle_move(self, settlement: Settlement) -> None:
        """End the move."""
        with as_activity_errors():
            await self._ledger.write(
                lambda tx: rights.settle(tx, settlement.move, settlement.outcome, settlement.by)
            )
