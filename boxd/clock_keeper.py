"""Keeps the box's time: looks at the clocks, corrects what moved, ends what is overdue."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from boxd.clock import STEP_S, TimeBase, believed, moved_s, time_base_after, unconfirmed, warning
from boxd.errors import LedgerUnusable, TemporalUnavailable
from boxd.ledger import tasks, time_base
from boxd.ledger.ledger import Ledger, as_text
from boxd.machine_clock import BoxClock

log = structlog.get_logger("boxd.clock")

# A clock that was moved is noticed within this time; a look costs three system calls.
_LOOK_EVERY_S = 1.0
# After a power cut the box's time continues from the last record; see KEPT_WITHIN_S.
_WRITE_EVERY_S = 600.0
# Workflows end tasks to the second; this is for those whose server has another time.
_EXPIRE_EVERY_S = 60.0


def anchor(clock: BoxClock, ledger: Ledger) -> None:
    """Continue from the ledger's time base before anything else is written.

    A time server may have been quicker than this first look after a boot: its change counts as if
    it had come a second later.
    """
    looked = clock.look()
    last = ledger.write_now(lambda tx: time_base.load(tx.connection))
    before, after = unconfirmed(last, looked), time_base_after(last, looked)
    ledger.write_now(lambda tx: time_base.adopt(tx, before, after, "boxd", looked.boot_s))
    clock.standing = after


class ClockKeeper:
    """Owns the time base of `clock`.

    `look_again` tells a task's workflow that the task has ended.
    """

    def __init__(
        self, clock: BoxClock, ledger: Ledger, look_again: Callable[[str], Awaitable[None]]
    ) -> None:
        self._clock = clock
        self._ledger = ledger
        self._look_again = look_again
        self._ended: list[str] = []

    async def keep(self) -> None:
        """Look, for ever; if the ledger can't be written, try again."""
        timer = asyncio.get_running_loop().time
        written = expired = timer()
        while True:
            try:
                has_moved = await self.look()
                if timer() - written >= _WRITE_EVERY_S:
                    await self.write_down()
                    written = timer()
                if has_moved or self._ended or timer() - expired >= _EXPIRE_EVERY_S:
                    expired = timer()
                    await self.end_overdue_tasks()
            except (LedgerUnusable, TemporalUnavailable):
                pass  # the ledger's listeners report it
            await asyncio.sleep(_LOOK_EVERY_S)

    async def look(self) -> bool:
        """Look at the clocks; returns whether something about the box's time changed."""
        before, after = self._clock.standing, self._clock.next()
        has_changed = _is_news(before, after)
        if has_changed:
            await self.adopt(after, "boxd")
        else:
            self._clock.standing = after
        return has_changed

    async def adopt(self, after: TimeBase, by: str) -> None:
        """Use this time base, once it is recorded."""
        before, boot_s = self._clock.standing, self._clock.look().boot_s
        anew = await self._ledger.write(lambda tx: time_base.adopt(tx, before, after, by, boot_s))
        self._clock.standing = after
        say = log.warning if after.off_s else log.info
        say(
            "the clock",
            time=after.at(boot_s).isoformat(timespec="seconds"),
            moved_s=round(moved_s(before, after), 3) if before else None,
            is_sure=after.is_sure,
            why=warning(after, boot_s) or None,
            codes_dated_anew=anew or None,
        )

    async def trust(self, by: str) -> None:
        """Trust the wall clock as it is now, because a person confirms it."""
        await self.adopt(believed(self._clock.look(), is_sure=True), by)

    def shown(self) -> dict[str, object]:
        """The box's time beside the wall clock, for people."""
        looked = self._clock.look()
        standing = self._clock.standing or self._clock.next()
        return {
            "box": as_text(standing.at(looked.boot_s)),
            "wall": as_text(looked.wall),
            "off_s": round(standing.off_s, 3),
            "is_synchronised": looked.is_synchronised,
            "is_sure": standing.is_sure,
            "why": warning(standing, looked.boot_s),
        }

    async def write_down(self) -> None:
        """Record the time, so that no earlier one is trusted after a power cut."""
        standing = self._clock.standing
        if standing is not None:
            await self._ledger.write(lambda tx: time_base.keep(tx, standing))

    async def end_overdue_tasks(self) -> None:
        """End the open tasks whose time is over, and notify their workflows."""
        if await self._ledger.read(lambda c: tasks.any_overdue(c, self._clock.now())):
            self._ended += await self._ledger.write(tasks.expire_overdue)
        while self._ended:
            await self._look_again(self._ended[-1])
            self._ended.pop()


def _is_news(before: TimeBase | None, after: TimeBase) -> bool:
    """Whether the two differ by more than the passing of time."""
    if before is None or (before.boot, before.is_sure) != (after.boot, after.is_sure):
        return True
    return bool(moved_s(before, after)) or abs(after.off_s - before.off_s) > STEP_S
