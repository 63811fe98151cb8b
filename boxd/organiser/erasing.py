"""Forgetting attendees: in the ledger, its file's bytes, photos and Temporal's histories."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import structlog

from boxd.errors import TemporalUnavailable
from boxd.ledger import attendee_list, erasure, rehearsal
from boxd.ledger.attendees import Attendee
from boxd.ledger.ledger import Ledger, Transaction
from boxd.workflows.tasks.photo_service import PhotoService
from boxd.workflows.tasks.service import TaskService

log = structlog.get_logger(__name__)

# Short transactions: an attendee who presses Enter waits for one of them at most.
_FORGOTTEN_AT_ONCE = 100


class Erasing:
    """Deletes personal data from the ledger first, then from Temporal's histories."""

    def __init__(self, ledger: Ledger, tasks: TaskService, photos: PhotoService) -> None:
        self._ledger = ledger
        self._tasks = tasks
        self._photos = photos

    async def forget(self, names: Sequence[str], actor: str) -> list[str]:
        """Forget these attendees in all their spellings, all or none. Raises NotFound.

        Returns the pseudonyms.
        """

        def forget_all(tx: Transaction) -> list[Attendee]:
            found = [attendee_list.everyone_called(tx.connection, name) for name in names]
            numbers = dict.fromkeys(each.number for some in found for each in some)
            return [erasure.forget(tx, number, actor) for number in numbers]

        forgotten = await self._ledger.write(forget_all)
        await self._erase([each.number for each in forgotten], actor)
        return [each.pseudonym for each in forgotten]

    async def forget_everybody(self, actor: str) -> int:
        """Forget every attendee; returns how many."""

        def forget_some(tx: Transaction) -> int:
            found = erasure.remembered(tx.connection, _FORGOTTEN_AT_ONCE)
            for number in found:
                erasure.forget(tx, number, actor)
            return len(found)

        count = 0
        while some := await self._ledger.write(forget_some):
            count += some
        await self._erase(await self._ledger.read(erasure.forgotten), actor)
        return count

    async def end_rehearsal(self, actor: str) -> int:
        """End the rehearsal, and forget its people; returns how many. Raises Refused."""
        there = len(await self._ledger.read(rehearsal.people))
        everybody = await self._ledger.write(lambda tx: rehearsal.end(tx, actor))
        if everybody:
            await self._erase(everybody, actor)
        return there

    async def _erase(self, attendees: Sequence[int], actor: str) -> None:
        """Remove the rest of their data: photos, the ledger's bytes, Temporal's histories.

        Raises TemporalUnavailable; forgetting them again then erases the histories too.
        """
        await self._photos.sweep()
        await self._ledger.erase_remains()
        log.info("attendees.forgotten", attendees=len(attendees), actor=actor)
        try:
            for number in attendees:
                for task in await self._ledger.read(partial(erasure.idle_tasks, number=number)):
                    await self._tasks.erase(task)
        except TemporalUnavailable as error:
            raise TemporalUnavailable(
                "they are forgotten in the ledger; what they wrote still stands in Temporal's"
                f" histories: {error}. Repeat the command then"
            ) from error
