"""The activities of a redemption: decisions in the ledger, orders to the hardware."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from temporalio import activity
from temporalio.exceptions import ApplicationError

from boxd.bays.doors import note_left_open
from boxd.bays.opening import Opener
from boxd.devices import DoorState
from boxd.ledger import alarms, redemption_standings
from boxd.ledger.claims import Claim
from boxd.ledger.ledger import Ledger, Transaction
from boxd.redemption import Answer, RedemptionStanding, Reply, Stage
from boxd.words import N_
from boxd.workflows.activity_errors import as_activity_errors
from boxd.workflows.redemption.announcing import Announcer
from boxd.workflows.redemption.decisions import RedemptionDecisions
from boxd.workflows.redemption.ids import is_own
from boxd.workflows.redemption.messages import RedemptionStart, Reminder
from boxd.workflows.redemption.signatures import RedemptionSignatures


class RedemptionActivities(RedemptionSignatures):
    """Runs on the event loop, beside the bays and the ledger."""

    def __init__(
        self,
        ledger: Ledger,
        opener: Opener,
        announcer: Announcer,
        decisions: RedemptionDecisions,
    ) -> None:
        self._ledger = ledger
        self._opener = opener
        self._announcer = announcer
        self._decisions = decisions

    def all(self) -> Sequence[Callable[..., object]]:
        """The activities, for the worker."""
        return (self.claim, self.open_locker, self.record_answer, self.remind)

    @activity.defn
    async def claim(self, start: RedemptionStart) -> RedemptionStanding:
        """The redemption's standing.

        A start of an earlier release has a digest, and its claim is decided here.
        """
        if start.digest:
            if not is_own(start.redemption):
                why = f"boxd makes no redemption '{start.redemption[:40]}'"
                raise ApplicationError(why, type="Refused", non_retryable=True)
            digest = bytes.fromhex(start.digest)
            claim = Claim(start.redemption, start.bay, digest, start.well_formed)
            with as_activity_errors():
                return await self._decisions.claim(claim)
        with as_activity_errors():
            return await self._ledger.read(
                lambda c: redemption_standings.require(c, start.redemption)
            )

    @activity.defn
    async def open_locker(self, standing: RedemptionStanding) -> RedemptionStanding:
        """Open the locker once for this attempt; a repeated call returns the result."""
        with as_activity_errors():
            after = await self._opener.open_for(standing)
        self._announcer.show(after)
        return after

    @activity.defn
    async def record_answer(self, answer: Answer) -> Reply:
        """Accept the answer in the ledger, or refuse it."""
        with as_activity_errors():
            return await self._decisions.answer(answer)

    @activity.defn
    async def remind(self, reminder: Reminder) -> float:
        """Nobody has answered: show it on the HUD and at the bay, unless an answer has just come.

        Returns for how many seconds it is too early for that; 0 if it was done.
        """
        standing = reminder.standing
        if early_s := self._announcer.ages.early_s(standing, reminder.due_s):
            return early_s

        def raise_unless_answered(tx: Transaction) -> bool:
            now = redemption_standings.find(tx.connection, standing.redemption)
            if now is None or now.stage.has_ended or now.step != standing.step:
                return False
            self._raise_alarm(tx, standing)
            return True

        if await self._ledger.write(raise_unless_answered):
            self._announcer.remind(standing.bay)
        else:
            self._announcer.ages.answered(standing)
        return 0.0

    def _raise_alarm(self, tx: Transaction, standing: RedemptionStanding) -> None:
        locker, is_taking = standing.locker, standing.stage is Stage.TAKE
        if locker and is_taking and self._opener.door_state(locker) is DoorState.OPEN:
            note_left_open(tx, locker=locker)
        else:
            text = N_("Nobody comes: an attendee is waiting for the operator at locker {locker}.")
            text = text.format(locker=locker)
            alarms.raise_alarm(tx, "nobody_comes", standing.redemption, text)
