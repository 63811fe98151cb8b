"""A ledger whose writer is busy, so that what is asked meanwhile is committed together."""

from __future__ import annotations

import asyncio
import threading

from boxd.ledger.ledger import Ledger, Transaction


class Busy:
    """A change that keeps the writer busy until it is let go."""

    def __init__(self, ledger: Ledger) -> None:
        self._begun, self._let_go = threading.Event(), threading.Event()
        self.task = asyncio.create_task(ledger.write(self._wait))

    async def begun(self) -> None:
        assert await asyncio.to_thread(self._begun.wait, 30)

    def let_go(self) -> None:
        self._let_go.set()

    def _wait(self, tx: Transaction) -> None:
        self._begun.set()
        assert self._let_go.wait(30)
