"""Turns: few at a time and at a steady pace, one address after the other.

Requests to the daemon take them, and PINs of phones that are not known (`boxd/phones`). The
daemon's loop serves the keypads, too. A request takes it a millisecond, so what phones ask for
may take a part of it and no more, whoever asks how often.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

AT_ONCE = 16
PER_S = 120.0
_SAVED = 60.0  # so many may go at once after a quiet time
_MOST_WAITING = 512
_MOST_OF_ONE = 64
LONGEST_WAIT_S = 8.0


class NoTurn(Exception):
    """Too many wait already, or it took too long."""


class TooManyOfOne(NoTurn):
    """So many of the same address wait already that this one is not let into the queue."""


class Turns:
    """Lets requests go to the daemon."""

    def __init__(self, at_once: int = AT_ONCE, per_s: float = PER_S, saved: float = _SAVED) -> None:
        """`saved` are the turns that may be had at once after a quiet time."""
        self._free = at_once
        self._per_s = per_s
        self._permits = self._saved = saved
        self._at = time.monotonic()
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._count = 0
        self._later: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def turn(self, client: str) -> AsyncIterator[None]:
        """Wait for a turn, and have it until the block ends. Raises NoTurn."""
        await self._wait(client)
        try:
            yield
        finally:
            self._free += 1
            self._let_go()

    async def _wait(self, client: str) -> None:
        mine = self._waiting.get(client)
        if mine is not None and len(mine) >= _MOST_OF_ONE:
            raise TooManyOfOne
        if self._count >= _MOST_WAITING:
            raise NoTurn
        granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client, deque()).append(granted)
        self._count += 1
        self._let_go()
        try:
            async with asyncio.timeout(LONGEST_WAIT_S):
                await granted
        except BaseException as error:
            self._give_up(client, granted)
            if isinstance(error, TimeoutError):
                raise NoTurn from None
            raise

    def _give_up(self, client: str, granted: asyncio.Future[None]) -> None:
        """Give back the turn that came too late, or the place in the queue."""
        if not granted.cancelled():
            self._free += 1
            self._let_go()
        elif granted in (mine := self._waiting.get(client, deque())):
            mine.remove(granted)
            self._count -= 1
            if not mine:
                del self._waiting[client]

    def _let_go(self) -> None:
        """Grant what can be granted now: the next of each address in its turn."""
        self._save()
        while self._waiting and self._free and self._permits >= 1:
            client, mine = self._waiting.popitem(last=False)
            granted = mine.popleft()
            if mine:
                self._waiting[client] = mine
            self._count -= 1
            if granted.cancelled():
                continue
            self._free -= 1
            self._permits -= 1
            granted.set_result(None)
        if self._waiting and self._free and self._later is None:
            loop = asyncio.get_running_loop()
            self._later = loop.call_later((1 - self._permits) / self._per_s, self._again)

    def _again(self) -> None:
        self._later = None
        self._let_go()

    def _save(self) -> None:
        now = time.monotonic()
        self._permits = min(self._saved, self._permits + (now - self._at) * self._per_s)
        self._at = now
