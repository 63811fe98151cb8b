"""When something was used last: recorded from time to time, and nobody waits for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from boxd.errors import LedgerUnusable
from boxd.ledger.ledger import Ledger, Transaction

# The last use is shown to the minute: more would be a write for each request.
_NOTED_EVERY_S = 60.0


class LastUses:
    """Records uses by number with `write`, each thing at most once a minute."""

    def __init__(self, ledger: Ledger, write: Callable[[Transaction, int], None]) -> None:
        self._ledger = ledger
        self._write = write
        self._noted: dict[int, float] = {}
        self._noting: set[asyncio.Task[None]] = set()

    def note(self, number: int) -> None:
        """Record a use; the request does not wait for it."""
        now = time.monotonic()
        if now - self._noted.get(number, -_NOTED_EVERY_S) >= _NOTED_EVERY_S:
            self._noted[number] = now
            noting = asyncio.create_task(self._record(number))
            self._noting.add(noting)
            noting.add_done_callback(self._noting.discard)

    async def _record(self, number: int) -> None:
        try:
            await self._ledger.write(lambda tx: self._write(tx, number))
        except LedgerUnusable:
            return  # the ledger's listeners report it; a later use is recorded again
