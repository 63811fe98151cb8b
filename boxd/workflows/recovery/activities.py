"""The activities of a recovery: what the ledger says of it, what boxd does, who is reminded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from temporalio import activity

from boxd.bays.self_test import SelfTestResult, Tested, failures
from boxd.ledger import recoveries
from boxd.ledger.ledger import Ledger
from boxd.recovery import (
    BOXD,
    FAILED,
    LONGEST_NOTE,
    PASSED,
    OwnWork,
    RecoveryAnswer,
    RecoveryStanding,
    RecoveryTaken,
)
from boxd.words import N_
from boxd.workflows.activity_errors import as_activity_errors
from boxd.workflows.recovery.signatures import RecoverySignatures

_PASSED = N_("{count} parts passed, {others} can't be tested without a person")


class RecoveryActivities(RecoverySignatures):
    """Reads and writes the ledger; `answer` takes what boxd itself says to a step."""

    def __init__(
        self,
        ledger: Ledger,
        answer: Callable[[RecoveryAnswer], Awaitable[RecoveryTaken]],
        self_test: Callable[[], Awaitable[Sequence[Tested]]],
    ) -> None:
        self._ledger = ledger
        self._answer = answer
        self._runs = {OwnWork.SELF_TEST: self_test}

    def all(self) -> Sequence[Callable[..., object]]:
        """The activities, for the worker."""
        return (self.look_at_recovery, self.run_for_recovery, self.remind_of_recovery)

    @activity.defn
    async def look_at_recovery(self, recovery: str) -> RecoveryStanding:
        """The recovery's standing."""
        with as_activity_errors():
            return await self._ledger.read(partial(recoveries.require, recovery=recovery))

    @activity.defn
    async def run_for_recovery(self, standing: RecoveryStanding) -> RecoveryStanding:
        """Do what boxd does at this step, and answer it.

        A person may have gone on meanwhile: then what was found is not asked for any more.
        """
        with as_activity_errors():
            tested = await self._runs[OwnWork(standing.runs)]()
            failed = failures(tested)
            passed = sum(row.result is SelfTestResult.PASSED for row in tested)
            well = _PASSED.format(count=passed, others=len(tested) - passed)
            answer = RecoveryAnswer(
                id=f"{standing.recovery}:{standing.number}:{BOXD}",
                recovery=standing.recovery,
                choice=FAILED if failed else PASSED,
                actor=BOXD,
                number=standing.number,
                note=(failed or well)[:LONGEST_NOTE],
                by_boxd=True,
            )
            await self._answer(answer)
        return await self.look_at_recovery(standing.recovery)

    @activity.defn
    async def remind_of_recovery(self, standing: RecoveryStanding) -> None:
        """Raise the alarm of a question that nobody answers."""
        with as_activity_errors():
            await self._ledger.write(partial(recoveries.remind, standing=standing))
