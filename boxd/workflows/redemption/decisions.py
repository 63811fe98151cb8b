"""Decisions about redemptions: each is one transaction of the ledger, shown after its commit."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from boxd.bays.opening import Opener
from boxd.errors import LedgerUnusable, NotKnownYet
from boxd.fates import Fate, Fates
from boxd.ledger import claims, lockouts, redemption_standings, redemptions
from boxd.ledger.actuations import ActuationOrder
from boxd.ledger.ledger import Ledger, Transaction
from boxd.machine_clock import boot_s
from boxd.redemption import Answer, RedemptionStanding, Reply, Stage, why_refused
from boxd.workflows.redemption.announcing import Announcer


@dataclass(frozen=True)
class RedemptionRules:
    """The configured rules of redemptions. `daemon` is this run of boxd."""

    box: str
    daemon: str
    lockout: lockouts.LockoutRule
    decline_voids_code: bool


class RedemptionDecisions:
    """Decides in the ledger, for the keypad's service and for a workflow's activity."""

    def __init__(
        self, ledger: Ledger, opener: Opener, announcer: Announcer, rules: RedemptionRules
    ) -> None:
        self._ledger = ledger
        self._opener = opener
        self._announcer = announcer
        self._rules = rules
        self.fates = Fates[Answer, Reply](rules.daemon)
        self._claiming: set[asyncio.Task[RedemptionStanding]] = set()
        self._deciding: dict[Answer, asyncio.Task[Reply]] = {}

    @property
    def daemon(self) -> str:
        """The id of this run of boxd; an answer belongs to the run that took it."""
        return self._rules.daemon

    async def claim(self, asked: claims.Claim) -> RedemptionStanding:
        """Decide a claim; a repeated call with its id returns the redemption's standing.

        The caller may stop waiting, as with an answer. Raises LedgerUnusable if it was not decided.
        """
        task = asyncio.create_task(self._claim(asked))
        self._claiming.add(task)
        task.add_done_callback(self._claiming.discard)
        return await asyncio.shield(task)

    async def _claim(self, asked: claims.Claim) -> RedemptionStanding:
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
        """Accept an answer and order what follows, or refuse it; then begin to carry it out.

        The caller may stop waiting: a running commit is finished all the same, and its result is
        shown. Raises LedgerUnusable if nothing was decided yet.
        """
        task = self._deciding.get(answer)
        if task is None:
            task = asyncio.create_task(self._decide(answer))
            self._deciding[answer] = task
            task.add_done_callback(lambda _: self._deciding.pop(answer))
        return await asyncio.shield(task)

    async def _decide(self, answer: Answer) -> Reply:
        fate = self.fates.of(answer)
        ordered: list[ActuationOrder] = []

        def decide(tx: Transaction) -> Reply:
            ordered.clear()
            reply = redemptions.record_answer(tx, answer, self._context(tx, answer, fate))
            if reply.accepted and reply.standing.stage is Stage.OPEN:
                ordered.extend(self._opener.intend(tx, reply.standing))
            return reply

        try:
            reply = await self._ledger.write(decide)
        except NotKnownYet:
            raise  # tried again, the answer's id tells whether it is there
        except LedgerUnusable as error:
            fate.roll_back()
            if boot_s() < answer.deadline_s:
                raise
            standing = await self._ledger.read(
                lambda c: redemption_standings.require(c, answer.redemption)
            )
            reply = Reply(False, f"{error}. The answer was not taken: give it again", standing)
        except Exception:
            fate.roll_back()
            raise
        if reply.accepted:
            if ordered:
                self._opener.carry_out(reply.standing, ordered[0], answer.deadline_s)
                # The order goes out with the loop's next turn, and the lights behind it: no lamp's
                # message is on a board's cable before it.
                asyncio.get_running_loop().call_soon(self._announcer.show, reply.standing)
            else:
                self._announcer.show(reply.standing)
        fate.tell(reply)
        if reply.accepted:
            self._tell_others(answer, reply)
        return reply

    def _tell_others(self, taken: Answer, reply: Reply) -> None:
        """Reply to everybody else who waits for an answer to the question that is answered now.

        Their updates may never arrive, if the workflow has ended or the server is away. One with
        the same id is the same answer, given again after its first deadline.
        """
        now = reply.standing
        for fate in self.fates.expected():
            other = fate.request
            if other.redemption != now.redemption:
                continue
            if other.id == taken.id:
                fate.tell(reply)
            elif why := why_refused(now.stage, now.step, other, None):
                fate.refuse(Reply(False, why, now))

    def _context(
        self, tx: Transaction, answer: Answer, fate: Fate[Answer, Reply]
    ) -> redemptions.AnswerContext:
        """Door and lockers as they are inside the transaction; called by the ledger's thread."""
        standing = redemption_standings.require(tx.connection, answer.redemption)
        return redemptions.AnswerContext(
            door=self._opener.door_state(standing.locker),
            lockers=self._opener.usable_lockers(standing.bay),
            decline_voids_code=self._rules.decline_voids_code,
            why_late=lambda: self._why_late(answer, fate),
        )

    async def finish(self) -> None:
        """Wait for running commits, so that the opener has all that was ordered."""
        running = [*self._claiming, *self._deciding.values()]
        await asyncio.gather(*running, return_exceptions=True)

    def _why_late(self, answer: Answer, fate: Fate[Answer, Reply]) -> str:
        """Why the answer is too late; called by the ledger's thread."""
        if answer.daemon != self._rules.daemon:
            return "boxd was started anew meanwhile; look at the question and answer again"
        if not fate.begin():
            return "it came too late: nobody waits for it any more; answer again"
        return ""
