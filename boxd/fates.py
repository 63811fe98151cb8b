"""What becomes of a request that a person waits for: only the ledger's commit decides.

A request has a deadline, which is checked inside its transaction: one that begins too late is
refused there for good, and one that has begun is waited for.
"""

from __future__ import annotations

import asyncio
import threading
from typing import Generic, Protocol, TypeVar

from boxd.errors import NotKnownYet, TemporalUnavailable
from boxd.machine_clock import boot_s


class TimedRequest(Protocol):
    """What a caller asks: an answer to a redemption, or something for a task."""

    @property
    def id(self) -> str:
        """The same for a repeated request."""

    @property
    def deadline_s(self) -> float:
        """The time on the boot clock until which its transaction may begin."""


Q = TypeVar("Q", bound=TimedRequest)
R = TypeVar("R")

# The longest wait of a request for its transaction to begin.
DECIDED_WITHIN_S = 6.0
# The caller's further wait for a transaction that has begun.
COMMITTED_WITHIN_S = 6.0


class Fate(Generic[Q, R]):
    """Whether one request's transaction has begun, and its reply once that is committed.

    Either the ledger's thread begins it or its caller gives it up: whichever comes first.
    """

    def __init__(self, request: Q) -> None:
        self.request = request
        self.deadline_s = request.deadline_s
        self.reply: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._is_begun = False
        self._is_given_up = False
        self._lock = threading.Lock()

    def begin(self) -> bool:
        """The transaction has begun; returns whether it may still change something."""
        with self._lock:
            self._is_begun = not self._is_given_up and boot_s() < self.deadline_s
            return self._is_begun

    def roll_back(self) -> None:
        """The transaction has changed nothing; it may begin again."""
        with self._lock:
            self._is_begun = False

    def tell(self, reply: R) -> None:
        """Set the reply, once committed; later calls change nothing."""
        if not self.reply.done():
            self.reply.set_result(reply)

    def refuse(self, reply: R) -> None:
        """Set the reply of a request that can't be accepted any more, unless it has begun."""
        if self._gives_up():
            self.tell(reply)

    async def known(self, delivering: asyncio.Task[R]) -> R:
        """The ledger's reply, or the workflow's if it refuses before the ledger begins.

        Raises NotKnownYet while a commit is running; TemporalUnavailable if the request was not
        accepted, and never will be.
        """
        await self._wait({self.reply, delivering}, self.deadline_s - boot_s())
        is_refused = delivering.done() and delivering.exception() is None
        if is_refused and not self.reply.done() and self._gives_up():
            return delivering.result()
        await self._wait({self.reply}, self.deadline_s - boot_s())
        if not self.reply.done() and self._gives_up():
            raise TemporalUnavailable(_why_not_taken(delivering))
        await self._wait({self.reply}, COMMITTED_WITHIN_S)
        if self.reply.done():
            return self.reply.result()
        raise NotKnownYet(
            "the ledger is still being written: its disk is slow. It is not known yet whether"
            " this counts; wait, the box shows it as soon as it is known"
        )

    def _gives_up(self) -> bool:
        """Let it not begin any more; False if it has begun."""
        with self._lock:
            self._is_given_up = not self._is_begun
            return self._is_given_up

    async def _wait(self, what: set[asyncio.Future[R]], longest_s: float) -> None:
        await asyncio.wait(what, timeout=max(0.0, longest_s), return_when="FIRST_COMPLETED")


def _why_not_taken(delivering: asyncio.Task[R]) -> str:
    error = delivering.exception() if delivering.done() else None
    # Its own words name a remedy as well, and two remedies are one too many for a screen.
    is_away = error is None or isinstance(error, TemporalUnavailable)
    why = "the Temporal server does not answer" if is_away else str(error)
    return f"{why}. This was not taken, and will not be later: ask again when the box is ready"


class Fates(Generic[Q, R]):
    """The requests that callers wait for in this run of boxd, by id and deadline."""

    def __init__(self, run: str) -> None:
        self.run = run
        self._fates: dict[tuple[str, float], Fate[Q, R]] = {}

    def expect(self, request: Q) -> Fate[Q, R]:
        """Begin to wait for a request."""
        self._fates[request.id, request.deadline_s] = fate = Fate[Q, R](request)
        return fate

    def of(self, request: Q) -> Fate[Q, R]:
        """The request's fate; a new one if nobody waits for it."""
        return self._fates.get((request.id, request.deadline_s)) or Fate[Q, R](request)

    def expected(self) -> list[Fate[Q, R]]:
        """The fates of all requests that somebody waits for."""
        return list(self._fates.values())

    def forget(self, request: Q) -> None:
        """Nobody waits for it any more."""
        self._fates.pop((request.id, request.deadline_s), None)
