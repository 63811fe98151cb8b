"""What becomes of a request that a person waits for: only the ledger's commit decides.

A request has a deadline, which is checked inside its transaction: one that begins too late is
refused there for good, and one that has begun is waited for.
"""

from __future__ import annotations

import asyncio
from typing import Generic, TypeVar

from boxd.errors import NotKnownYet, TemporalUnavailable
from boxd.machine_clock import boot_s

R = TypeVar("R")

# The longest wait of a request for its transaction to begin.
DECIDED_WITHIN_S = 6.0
# The caller's further wait for a transaction that has begun.
COMMITTED_WITHIN_S = 6.0


class Fate(Generic[R]):
    """Whether one request's transaction has begun, and its reply once that is committed.

    The ledger's thread sets `is_begun` before it checks the deadline: if it is unset after the
    deadline, the request can't be accepted any more.
    """

    def __init__(self, deadline_s: float) -> None:
        self.deadline_s = deadline_s
        self.is_begun = False
        self.reply: asyncio.Future[R] = asyncio.get_running_loop().create_future()

    def begin(self) -> bool:
        """The transaction has begun; returns whether it may still change something."""
        self.is_begun = True
        return boot_s() < self.deadline_s

    def tell(self, reply: R) -> None:
        """Set the reply, once committed; later calls change nothing."""
        if not self.reply.done():
            self.reply.set_result(reply)

    async def known(self, delivering: asyncio.Task[R]) -> R:
        """The ledger's reply, or the workflow's if it refuses at once.

        Raises NotKnownYet while a commit is running; TemporalUnavailable if the request was not
        accepted, and never will be.
        """
        left_s = max(0.0, self.deadline_s - boot_s())
        await asyncio.wait({self.reply, delivering}, timeout=left_s, return_when="FIRST_COMPLETED")
        if delivering.done() and not self.reply.done() and delivering.exception() is None:
            return delivering.result()
        await asyncio.wait({self.reply}, timeout=max(0.0, self.deadline_s - boot_s()))
        if self.is_begun and not self.reply.done():
            await asyncio.wait({self.reply}, timeout=COMMITTED_WITHIN_S)
        if self.reply.done():
            return self.reply.result()
        if self.is_begun:
            raise NotKnownYet(
                "the ledger is still being written: its disk is slow. It is not known yet whether"
                " this counts; wait, the box shows it as soon as it is known"
            )
        raise TemporalUnavailable(_why_not_taken(delivering))


def _why_not_taken(delivering: asyncio.Task[R]) -> str:
    error = delivering.exception() if delivering.done() else None
    why = str(error) if error is not None else "the Temporal server does not answer"
    return f"{why}. This was not taken, and will not be later: ask again when the box is ready"


class Fates(Generic[R]):
    """The requests that callers wait for in this run of boxd, by id."""

    def __init__(self, run: str) -> None:
        self.run = run
        self._fates: dict[str, Fate[R]] = {}

    def expect(self, request: str, deadline_s: float) -> Fate[R]:
        """Begin to wait for a request."""
        self._fates[request] = fate = Fate[R](deadline_s)
        return fate

    def of(self, request: str, deadline_s: float) -> Fate[R]:
        """The request's fate; a new one if nobody waits for it."""
        known = self._fates.get(request)
        if known is not None and known.deadline_s == deadline_s:
            return known
        return Fate[R](deadline_s)

    def forget(self, request: str) -> None:
        """Nobody waits for it any more."""
        self._fates.pop(request, None)
