"""The activities of a redemption: decisions in the ledger, orders to the hardware."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog
from temporalio import activity

from boxd.bays.bay import Bay
from boxd.bays.doors import note_left_open
from boxd.bays.opening import Opener
from boxd.devices import DoorState
from boxd.ledger import alarms, claims, lockouts, redemptions
from boxd.ledger.ledger import Ledger, Transaction
from boxd.machine_clock import boot_s
from boxd.redemption import Answer, RedemptionStanding, Reply, Stage
from boxd.workflows.redemption.messages import RedemptionStart, Reminder
from boxd.workflows.redemption.question_ages import QuestionAges
from boxd.workflows.redemption.signatures import RedemptionSignatures

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class RedemptionRules:
    """What the box's configuration decides about redemptions."""

    box: str
    daemon: str
    lockout: lockouts.LockoutRule
    decline_voids_code: bool


class RedemptionActivities(RedemptionSignatures):
    """Runs on the event loop, beside the bays and the ledger."""

    def __init__(
        self,
        ledger: Ledger,
        bays: Mapping[str, Bay],
        opener: Opener,
        rules: RedemptionRules,
        on_lock: Callable[[str, float], None],
    ) -> None:
        self._ledger = ledger
        self._bays = bays
        self._opener = opener
        self._rules = rules
        self._on_lock = on_lock
        self._patience = QuestionAges(boot_s)

    def all(self) -> Sequence[Callable[..., object]]:
        """The activities, for the worker."""
        return (self.claim, self.open_locker, self.record_answer, self.remind)

    @activity.defn
    async def claim(self, start: RedemptionStart) -> RedemptionStanding:
        """Decide the claim in the ledger, and show the verdict at the bay at once."""
        clock = lockouts.boot_clock()
        digest = bytes.fromhex(start.digest)
        asked = claims.Claim(start.redemption, start.bay, digest, start.well_formed)
        rules = claims.ClaimRules(
            self._rules.box,
            self._opener.usable_lockers(start.bay),
            self._rules.lockout,
            clock,
        )
        standing = await self._ledger.write(lambda tx: claims.claim(tx, asked, rules))
        self._show(standing)
        if standing.stage is Stage.REFUSED:
            await self._show_lock(start.bay, clock)
        return standing

    @activity.defn
    async def open_locker(self, standing: RedemptionStanding) -> RedemptionStanding:
        """Open the locker once for this attempt; asked again, return what came of it."""
        after = await self._opener.open_for(standing)
        self._show(after)
        return after

    @activity.defn
    async def record_answer(self, answer: Answer) -> Reply:
        """Take the answer in the ledger, or say why not."""
        if answer.daemon != self._rules.daemon:
            return await self._refuse_late(answer)
        standing = await self._ledger.read(lambda c: redemptions.require(c, answer.redemption))
        context = redemptions.AnswerContext(
            door=self._opener.door_state(standing.locker),
            lockers=self._opener.usable_lockers(standing.bay),
            decline_voids_code=self._rules.decline_voids_code,
        )
        reply = await self._ledger.write(lambda tx: redemptions.record_answer(tx, answer, context))
        if reply.accepted:
            if reply.standing.stage is Stage.OPEN:
                # The workflow will ask for the same opening some milliseconds later, and wait.
                self._opener.begin(reply.standing)
            self._show(reply.standing)
        return reply

    async def _refuse_late(self, answer: Answer) -> Reply:
        """An answer that an earlier run of boxd took and did not decide: nobody waits for it."""
        standing = await self._ledger.read(lambda c: redemptions.require(c, answer.redemption))
        if await self._ledger.read(lambda c: redemptions.accepted_before(c, answer.id)):
            return Reply(True, "", standing)
        why = "boxd was started anew meanwhile; look at the question and answer again"
        return Reply(False, why, standing)

    @activity.defn
    async def remind(self, reminder: Reminder) -> float:
        """Nobody answers: say so on the HUD and at the bay; unless somebody just has.

        Returns for how many seconds it is too early for that; 0 when it was done.
        """
        standing = reminder.standing
        if early_s := self._patience.early_s(standing, reminder.due_s):
            return early_s

        def raise_unless_answered(tx: Transaction) -> bool:
            now = redemptions.find(tx.connection, standing.redemption)
            if now is None or now.stage.has_ended or now.step != standing.step:
                return False
            self._raise_alarm(tx, standing)
            return True

        if await self._ledger.write(raise_unless_answered) and standing.bay in self._bays:
            self._bays[standing.bay].remind()
        return 0.0

    def _raise_alarm(self, tx: Transaction, standing: RedemptionStanding) -> None:
        locker, is_taking = standing.locker, standing.stage is Stage.TAKE
        if locker and is_taking and self._opener.door_state(locker) is DoorState.OPEN:
            note_left_open(tx, locker=locker)
        else:
            text = f"Nobody comes: an attendee waits for the operator at locker {locker}."
            alarms.raise_alarm(tx, "nobody_comes", standing.redemption, text)

    def _show(self, standing: RedemptionStanding) -> None:
        self._patience.asked(standing)
        log.info(
            f"redemption.{standing.stage}",
            redemption=standing.redemption,
            bay=standing.bay,
            locker=standing.locker,
            prize=standing.sku or None,
            refusal=standing.refusal,
        )
        if standing.bay in self._bays:
            self._bays[standing.bay].follow(standing)

    async def _show_lock(self, bay: str, clock: lockouts.BootClock) -> None:
        remaining_s = await self._ledger.read(lambda c: lockouts.remaining_s(c, bay, clock))
        if remaining_s > 0:
            self._on_lock(bay, remaining_s)
