"""The activities of a recovery: what the ledger says of it, and the alarm of one that waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from temporalio import activity

from boxd.ledger import recoveries
from boxd.ledger.ledger import Ledger
from boxd.recovery import RecoveryStanding
from boxd.workflows.activity_errors import as_activity_errors
from boxd.workflows.recovery.signatures import RecoverySignatures


class RecoveryActivities(RecoverySignatures):
    """Reads and writes the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def all(self) -> Sequence[Callable[..., object]]:
        """The activities, for the worker."""
        return (self.look_at_recovery, self.remind_of_recovery)

    @activity.defn
    async def look_at_recovery(self, recovery: str) -> RecoveryStanding:
        """The recovery's standing."""
        with as_activity_errors():
            return await self._ledger.read(partial(recoveries.require, recovery=recovery))

    @activity.defn
    async def remind_of_recovery(self, standing: RecoveryStanding) -> None:
        """Raise the alarm of a question that nobody answers."""
        with as_activity_errors():
            await self._ledger.write(partial(recoveries.remind, standing=standing))
