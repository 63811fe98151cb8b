"""Brings verdicts to their tasks once they can't be undone any more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from boxd.errors import LedgerUnusable, NotFound, Refused, TemporalUnavailable
from boxd.ledger import pending_verdicts
from boxd.ledger.ledger import Ledger
from boxd.ledger.pending_verdicts import PendingVerdict
from boxd.machine_clock import utc_now
from boxd.task import Verdict
from boxd.workflows.tasks.service import TaskService

log = structlog.get_logger(__name__)

_TRY_AGAIN_S = 2.0
_LONGEST_LOOK_S = 60.0


class VerdictKeeper:
    """The verdicts that can be undone for a while. They are in the ledger: a restart keeps them."""

    def __init__(
        self, ledger: Ledger, tasks: TaskService, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._ledger = ledger
        self._tasks = tasks
        self._now = now
        self._given = asyncio.Event()

    async def give(self, verdict: Verdict) -> None:
        """Keep a verdict until it is final. Raises NotFound, Refused."""
        await self._ledger.write(lambda tx: pending_verdicts.give(tx, verdict))
        self._given.set()

    async def undo(self, task: str, actor: str) -> None:
        """Take a verdict back. Raises NotFound, Refused."""
        await self._ledger.write(lambda tx: pending_verdicts.undo(tx, task, actor))

    async def run(self) -> None:
        """Bring each verdict to its task when its time has come, for ever."""
        while True:
            self._given.clear()
            try:
                wait_s = await self._bring_due()
            except (LedgerUnusable, TemporalUnavailable):
                wait_s = _TRY_AGAIN_S
            try:
                async with asyncio.timeout(wait_s):
                    await self._given.wait()
            except TimeoutError:
                continue

    async def _bring_due(self) -> float:
        """Bring what is due; returns the seconds until the next one."""
        waiting = await self._ledger.read(pending_verdicts.all_of)
        left = [(each, each.left_s(self._now())) for each in waiting]
        for each, left_s in left:
            if left_s <= 0:
                await self._bring(each)
        return min((left_s for _, left_s in left if left_s > 0), default=_LONGEST_LOOK_S)

    async def _bring(self, pending: PendingVerdict) -> None:
        task = pending.task
        final = await self._ledger.write(lambda tx: pending_verdicts.make_final(tx, task))
        if final is None:
            return
        verdict = Verdict(
            id=f"inbox/{task}/{final.step}",
            task=task,
            approved=final.approved,
            actor=final.actor,
            reason=final.reason,
            step=final.step,
        )
        try:
            reply = await self._tasks.take(verdict)
            why = "" if reply.accepted else reply.why
        except (NotFound, Refused) as error:
            why = str(error)
        if why:
            log.warning("verdict.not_taken", task=task, why=why)
        await self._ledger.write(lambda tx: pending_verdicts.remove(tx, task))
