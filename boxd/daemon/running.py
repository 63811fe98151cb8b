"""What keeps running in a box: it ends with the box, and the box ends when one of it breaks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

import structlog

log = structlog.get_logger("boxd")


@dataclass(frozen=True)
class Running:
    """`closing` ends all in reverse order; `fail` ends the box."""

    closing: AsyncExitStack
    fail: Callable[[], None]

    def keep(self, work: Coroutine[None, None, None]) -> None:
        """Run this until the box ends; the box fails if it raises."""
        task = asyncio.create_task(work)
        task.add_done_callback(self._ended)
        self.closing.push_async_callback(partial(_end, task))

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("part.crashed", next="boxd stops", exc_info=error)
            self.fail()


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
