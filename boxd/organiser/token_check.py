"""Which token a secret belongs to, and when it was last used."""

from __future__ import annotations

import asyncio
import time
from functools import partial

from boxd.errors import LedgerUnusable
from boxd.ledger import tokens
from boxd.ledger.ledger import Ledger, as_text
from boxd.ledger.tokens import Token
from boxd.machine_clock import utc_now

# The last use is shown to the minute: more would be a write for each request.
_NOTED_EVERY_S = 60.0


class TokenCheck:
    """Looks tokens up. Raises LedgerUnusable."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._noted: dict[int, float] = {}
        self._noting: set[asyncio.Task[None]] = set()

    async def of_secret(self, secret: str) -> Token | None:
        """The token with this secret; records its use. None if it is not good."""
        at = as_text(utc_now())
        token = await self._ledger.read(partial(tokens.of_secret, given=secret, at=at))
        if token is not None:
            self._note_use(token.id)
        return token

    def _note_use(self, token: int) -> None:
        """Record the use from time to time; the request does not wait for it."""
        now = time.monotonic()
        if now - self._noted.get(token, -_NOTED_EVERY_S) >= _NOTED_EVERY_S:
            self._noted[token] = now
            noting = asyncio.create_task(self._write_use(token))
            self._noting.add(noting)
            noting.add_done_callback(self._noting.discard)

    async def _write_use(self, token: int) -> None:
        try:
            await self._ledger.write(lambda tx: tokens.note_use(tx, token))
        except LedgerUnusable:
            return  # the ledger's listeners report it; a later use is recorded again
