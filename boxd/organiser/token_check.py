"""Which token a secret belongs to, and when it was last used."""

from __future__ import annotations

from functools import partial

from boxd.ledger import tokens
from boxd.ledger.last_use import LastUses
from boxd.ledger.ledger import Ledger, as_text
from boxd.ledger.tokens import Token
from boxd.machine_clock import utc_now


class TokenCheck:
    """Looks tokens up. Raises LedgerUnusable."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._uses = LastUses(ledger, tokens.note_use)

    async def of_secret(self, secret: str) -> Token | None:
        """The token with this secret; records its use. None if it is not good."""
        at = as_text(utc_now())
        token = await self._ledger.read(partial(tokens.of_secret, given=secret, at=at))
        if token is not None:
            self._uses.note(token.id)
        return token
