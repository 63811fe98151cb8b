"""Sends the notices that wait, each way by itself; what is too late is given up."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from boxd.ledger import alarms, notices
from boxd.ledger.ledger import Ledger, Transaction, as_text
from boxd.ledger.notices import Notice
from boxd.machine_clock import utc_now
from boxd.notices.way import NotReached, NotTaken, Way
from boxd.upstream.backoff import Backoff
from boxd.words import N_, translate

ALARM = "notices"
_TROUBLE = N_(
    "Notices by {way}: {why}. The box works without them; this alarm ends by itself once one is"
    " taken."
)
_BACKOFF = Backoff(first_s=5, longest_s=300)
_TOO_LATE = "too late to be of use"

log = structlog.get_logger("boxd.notices")


class NoticeSender:
    """Remembers nothing: everything is in the ledger."""

    def __init__(
        self,
        ledger: Ledger,
        ways: Mapping[str, Way],
        good_for: timedelta,
        backoff: Backoff = _BACKOFF,
    ) -> None:
        self._ledger = ledger
        self._ways = ways
        self._good_for = good_for
        self._backoff = backoff
        self._at_work = asyncio.Lock()
        self._beat: Callable[[], None] = lambda: None

    async def round(self, beat: Callable[[], None] = lambda: None) -> float | None:
        """Send what is due; returns the seconds until the next is, None if none waits.

        `beat` is called after each try.
        """
        async with self._at_work:
            self._beat = beat
            now = as_text(utc_now())
            waiting = await self._ledger.read(partial(notices.due, at=now))
            ways = dict.fromkeys(each.way for each in waiting)
            await asyncio.gather(
                *(self._one_way(way, [each for each in waiting if each.way == way]) for way in ways)
            )
            following = await self._ledger.read(notices.next_at)
        if not following:
            return None
        return max(0.0, (datetime.fromisoformat(following) - utc_now()).total_seconds())

    async def _one_way(self, way: str, waiting: Sequence[Notice]) -> None:
        """Send these in order, until nobody answers."""
        for index, notice in enumerate(waiting):
            try:
                await self._send(way, notice)
            except NotReached as error:
                await self._put_off(waiting[index:], str(error), needs_a_person=False)
                return
            except NotTaken as error:
                await self._put_off([notice], str(error), needs_a_person=True)
            self._beat()

    async def _send(self, name: str, notice: Notice) -> None:
        way = self._ways.get(name)
        if way is None or datetime.fromisoformat(notice.at) + self._good_for < utc_now():
            await self._ledger.write(lambda tx: notices.give_up(tx, notice, _TOO_LATE))
            log.warning("notice.given_up", id=notice.id, kind=notice.kind, way=name)
            return
        is_sent = await way.send(notice, translate(notice.text))

        def settle(tx: Transaction) -> None:
            if not is_sent:
                notices.give_up(tx, notice, "")
                return
            notices.sent(tx, notice)
            alarms.clear(tx, ALARM, name)

        await self._ledger.write(settle)

    async def _put_off(self, put: Sequence[Notice], why: str, *, needs_a_person: bool) -> None:
        wait_s = self._backoff.wait_s(put[0].tries + 1, random.random())  # noqa: S311 - it spreads load, it guards nothing
        until = as_text(utc_now() + timedelta(seconds=wait_s))
        way = put[0].way

        def put_off(tx: Transaction) -> None:
            notices.put_off(tx, put, until, why)
            if needs_a_person:
                alarms.raise_alarm(tx, ALARM, way, _TROUBLE.format(way=way, why=why))

        await self._ledger.write(put_off)
        log.warning("notice.not_sent", way=way, why=why, waiting=len(put))
