"""Forgetting attendees: in the ledger, its file's bytes, photos and Temporal's histories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from boxd.errors import LedgerUnusable
from boxd.ledger import attendee_list, erasure, forgetting, rehearsal
from boxd.ledger.attendees import Attendee
from boxd.ledger.forgetting import Undone
from boxd.ledger.ledger import Ledger, Transaction, as_text
from boxd.machine_clock import utc_now
from boxd.workflows.erasing.service import ErasingService
from boxd.workflows.tasks.photo_service import PhotoService

log = structlog.get_logger(__name__)

# Short transactions: an attendee who presses Enter waits for one of them at most.
_FORGOTTEN_AT_ONCE = 100

# So long does a person wait for the server's part; the rest of it goes on without them.
_WAITS_S = 20.0


@dataclass(frozen=True)
class Forgotten:
    """How many were forgotten, their pseudonyms, and how many histories are still to be deleted."""

    count: int
    histories_left: int
    pseudonyms: tuple[str, ...] = ()


class Erasing:
    """Deletes personal data from the ledger first, then from Temporal's histories."""

    def __init__(self, ledger: Ledger, histories: ErasingService, photos: PhotoService) -> None:
        self._ledger = ledger
        self._histories = histories
        self._photos = photos

    async def forget(self, names: Sequence[str], actor: str) -> Forgotten:
        """Forget these attendees in all their spellings, all or none. Raises NotFound."""

        def forget_all(tx: Transaction) -> list[Attendee]:
            found = [attendee_list.everyone_called(tx.connection, name) for name in names]
            numbers = dict.fromkeys(each.number for some in found for each in some)
            return [erasure.forget(tx, number, actor) for number in numbers]

        forgotten = await self._ledger.write(forget_all)
        left = await self._erase(len(forgotten), actor)
        return Forgotten(len(forgotten), left, tuple(each.pseudonym for each in forgotten))

    async def forget_everybody(self, actor: str) -> Forgotten:
        """Forget every attendee."""

        def forget_some(tx: Transaction) -> int:
            forgetting.begin(tx, Undone.EVERYBODY, actor)
            found = erasure.remembered(tx.connection, _FORGOTTEN_AT_ONCE)
            for number in found:
                erasure.forget(tx, number, actor)
            return len(found)

        count = 0
        while some := await self._ledger.write(forget_some):
            count += some
        until = as_text(utc_now())
        await self._ledger.write(lambda tx: forgetting.done(tx, Undone.EVERYBODY, until))
        return Forgotten(count, await self._erase(count, actor))

    async def end_rehearsal(self, actor: str) -> Forgotten:
        """End the rehearsal, and forget its people. Raises Refused."""
        there = len(await self._ledger.read(rehearsal.people))
        await self._ledger.write(lambda tx: rehearsal.end(tx, actor))
        return Forgotten(there, await self._erase(there, actor))

    async def go_on(self) -> None:
        """Do the rest of what the daemon before this one had begun."""
        try:
            undone = await self._ledger.read(forgetting.undone)
            if Undone.EVERYBODY in undone:
                await self.forget_everybody(undone[Undone.EVERYBODY])
            elif Undone.REMAINS in undone:
                await self._erase(0, undone[Undone.REMAINS])
        except LedgerUnusable as error:  # the next start tries again
            log.warning("attendees.not_forgotten", why=str(error))

    async def _erase(self, count: int, actor: str) -> int:
        """Remove the rest of their data; returns how many histories are left for later."""
        await self._photos.sweep()
        until = as_text(utc_now())
        if Undone.REMAINS in await self._ledger.read(forgetting.undone):
            await self._ledger.erase_remains()
            await self._ledger.write(lambda tx: forgetting.done(tx, Undone.REMAINS, until))
        log.info("attendees.forgotten", attendees=count, actor=actor)
        return await self._histories.left_after(_WAITS_S)
