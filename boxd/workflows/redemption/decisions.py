"""Decisions about redemptions: one transaction of the ledger each, shown as soon as committed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from boxd.bays.opening import Opener
from boxd.errors import LedgerUnusable
from boxd.fates import Fate, Fates
from boxd.ledger import claims, lockouts, redemptions
from boxd.ledger.actuations import ActuationOrder
from boxd.ledger.ledger import Ledger, Transaction
from boxd.machine_clock import boot_s
from boxd.redemption import Answer, RedemptionStanding, Reply, Stage
from boxd.workflows.redemption.announcing import Announcer


@dataclass(frozen=True)
class RedemptionRules:
    """What the box's configuration decides about redemptions. `daemon` is this run of boxd."""

    box: str
    daemon: str
    lockout: lockouts.LockoutRule
    decline_voids_code: bool


class RedemptionDecisions:
    """Decides in the ledger, whoever asked: the keypad's service or a workflow's activity."""

    def __init__(
        self, ledger: Ledger, opener: Opener, announcer: Announcer, rules: RedemptionRules
    ) -> None:
        self._ledger = ledger
        self._opener = opener
        self._announcer = announcer
        self._rules = rules
        self.fates = Fates[Reply](rules.daemon)
        self._deciding: dict[str, asyncio.Task[Reply]] = {}

    async def claim(self, asked: claims.Claim) -> RedemptionStanding:
        """Decide a claim; asked again under the same id, tell where that redemption stands.

        Raises LedgerUnusable when it was not decided.
        """
        clock = lockouts.boot_clock()
        rules = claims.ClaimRules(
            self._rules.box,
            self._opener.usable_lockers(asked.bay),
            self._rules.lockout,
            clock,
        )
        standing = await self._ledger.write(lambda tx: claims.claim(tx, asked, rules))
        self._announcer.show(standing)
        if standing.stage is Stage.REFUSED:
            await self._announcer.show_lock(asked.bay, clock)
        return standing

    async def answer(self, answer: Answer) -> Reply:
        """Take an answer and order what it leads to, or say why not; and begin to carry it out.

        Whoever asks may stop waiting: a commit under way is waited for all the same, and what
        came of it is shown. Raises LedgerUnusable when nothing was decided and still may be.
        """
        task = self._deciding.get(answer.id)
        if task is None:
            task = asyncio.create_task(self._decide(answer))
            self._deciding[answer.id] = task
            task.add_done_callback(lambda _: self._deciding.pop(answer.id))
        return await asyncio.shield(task)

    async def _decide(self, answer: Answer) -> Reply:
        standing = await self._ledger.read(lambda c: redemptions.require(c, answer.redemption))
        fate = self.fates.of(answer.id, answer.deadline_s)
        ordered: list[ActuationOrder] = []
        context = redemptions.AnswerContext(
            door=self._opener.door_state(standing.locker),
            lockers=self._opener.usable_lockers(standing.bay),
            decline_voids_code=self._rules.decline_voids_code,
            why_late=lambda: self._why_late(answer, fate),
        )

        def decide(tx: Transaction) -> Reply:
            ordered.clear()
            reply = redemptions.record_answer(tx, answer, context)
            if reply.accepted and reply.standing.stage is Stage.OPEN:
                ordered.extend(self._opener.intend(tx, reply.standing))
            return reply

        try:
            reply = await self._ledger.write(decide)
        except LedgerUnusable as error:
            fate.is_begun = False
            if boot_s() < answer.deadline_s:
                raise
            reply = Reply(False, f"{error}. The answer was not taken: give it again", standing)
        if reply.accepted:
            if ordered:
                self._opener.carry_out(reply.standing, ordered[0], answer.deadline_s)
            self._announcer.show(reply.standing)
        fate.tell(reply)
        return reply

    def _why_late(self, answer: Answer, fate: Fate[Reply]) -> str:
        """Why the answer can't be taken any more; asked by the ledger's thread."""
        if answer.daemon != self._rules.daemon:
            return "boxd was started anew meanwhile; look at the question and answer again"
        if not fate.begin():
            return "it came too late: nobody waits for it any more; answer again"
        return ""
