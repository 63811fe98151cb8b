"""The service of attendees' photos: made small, kept by digest, handed in, and swept away."""

from __future__ import annotations

import asyncio

from boxd.errors import NotFound
from boxd.keyed_lock import KeyedLock
from boxd.ledger import photos, room, task_standings
from boxd.ledger.ledger import Ledger
from boxd.machine_clock import utc_now
from boxd.pictures.store import PictureStore, digest_of
from boxd.task import Submission, TaskReply, why_refused
from boxd.workflows.tasks.service import TaskService

_ANY_DIGEST = "0" * 64


class PhotoService:
    """Brings photos to tasks.

    A photo's row is committed before its file is written, so that a file without a row is rubbish.
    """

    def __init__(self, ledger: Ledger, tasks: TaskService, store: PictureStore) -> None:
        self._ledger = ledger
        self._tasks = tasks
        self._store = store
        self._turns = KeyedLock()

    async def hand_in(self, request: str, task: str, raw: bytes, actor: str) -> TaskReply:
        """Make the photo small and submit it; an earlier one of the task is deleted.

        Raises NotFound, BadInput for what is no photo, Refused without room.
        """
        async with self._turns.turn(task):
            standing = await self._ledger.read(lambda c: task_standings.require(c, task))
            looked_at = Submission(request, task, _ANY_DIGEST, actor)
            if why := why_refused(standing, looked_at, utc_now()):
                return TaskReply(False, why, standing)
            small = await self._store.made_small(raw)
            digest = digest_of(small)
            room.require(self._ledger.file.parent, len(small))
            await self._ledger.write(lambda tx: photos.note(tx, task, digest, len(small)))
            await asyncio.to_thread(self._store.write, small)
            reply = await self._tasks.take(Submission(request, task, digest, actor))
            await self._ledger.write(lambda tx: photos.tidy(tx, task))
            await self.sweep()
            return reply

    async def read(self, task: str) -> bytes:
        """The photo of the task's latest submission. Raises NotFound."""
        digest = await self._ledger.read(lambda c: photos.of_task(c, task))
        if digest is None:
            raise NotFound("there is no photo of this task, or it was deleted")
        return await asyncio.to_thread(self._store.read, digest)

    async def forget_all(self) -> None:
        """Delete every photo: the event is over."""
        await self._ledger.write(photos.forget_all)
        await self.sweep()

    async def sweep(self) -> int:
        """Delete the files that no row names any more; returns how many were."""
        return await self._store.sweep(lambda: self._ledger.read(photos.digests))
