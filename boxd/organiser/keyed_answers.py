"""The memory for keyed requests: digests and encrypted replies in the ledger."""

from __future__ import annotations

import json
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass

from boxd.errors import KeysMissing
from boxd.keyed_lock import KeyedLock
from boxd.ledger import requests
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger, beside_each_write
from boxd.ledger.requests import RequestKey


@dataclass(frozen=True)
class KeyedRequest:
    """A request under an idempotency key. `asked` is all of it, in a canonical text."""

    owner: int
    key: str
    asked: str


@dataclass(frozen=True)
class KeptAnswer:
    """An earlier request under the key; without `status` its reply was not kept."""

    is_the_same: bool
    status: int | None
    body: str


class KeyedAnswers:
    """Remembers requests by their keys. Every method may raise LedgerUnusable."""

    def __init__(self, ledger: Ledger, keys: CodeKeys) -> None:
        self._ledger = ledger
        self._keys = keys
        self._turns = KeyedLock()

    def turn(self, request: KeyedRequest) -> AbstractAsyncContextManager[None]:
        """Run requests under one key one after the other."""
        return self._turns.turn(f"{request.owner}/{request.key}")

    async def find(self, request: KeyedRequest) -> KeptAnswer | None:
        """The earlier request under the key; None if nothing was done under it."""
        key = self._key(request)
        known = await self._ledger.read(lambda c: requests.find(c, key))
        if known is None:
            return None
        body = self._unsealed(known.answer)
        status = None if body is None else known.status
        return KeptAnswer(known.asked == key.asked, status, body or "")

    def noting(self, request: KeyedRequest) -> AbstractContextManager[None]:
        """Record the key in every transaction that is written inside of the block."""
        key = self._key(request)
        return beside_each_write(lambda tx: requests.note_begun(tx, key))

    async def keep(self, request: KeyedRequest, status: int, body: str) -> None:
        """Keep the reply for a repetition of the request."""
        key, sealed = self._key(request), self._keys.seal(json.dumps(body))
        await self._ledger.write(lambda tx: requests.note_answer(tx, key, status, sealed))

    def _key(self, request: KeyedRequest) -> RequestKey:
        return RequestKey(request.owner, request.key, self._keys.digest(json.dumps(request.asked)))

    def _unsealed(self, answer: bytes | None) -> str | None:
        """The reply; None if none was kept, or the reading key has changed since."""
        if answer is None:
            return None
        try:
            body: str = json.loads(self._keys.unseal(answer))
        except KeysMissing:
            return None
        return body
