"""What the web layer asks of tokens and of the memory for keyed requests.

Protocols, so that the web layer can be run without the daemon behind it.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from boxd.ledger.tokens import Token
from boxd.roles import Role


class TokenServices(Protocol):
    """Tokens, as the web layer sees them. Every method may raise `LedgerUnusable`."""

    async def of_secret(self, secret: str) -> Token | None:
        """The token with this secret, its use noted; None for a wrong, unknown or revoked one."""

    async def create(self, name: str, role: Role, actor: str) -> tuple[Token, str]:
        """A new token and its secret, shown this once. Raises Refused for a name once taken."""

    async def listing(self) -> list[Token]:
        """Every token, revoked ones too, in the order they were made."""

    async def revoke(self, name: str, actor: str) -> Token:
        """Make a token useless for ever. Raises NotFound."""


@dataclass(frozen=True)
class KeyedRequest:
    """A request under an idempotency key. `asked` says all of it, as the same text each time."""

    owner: int
    key: str
    asked: str


@dataclass(frozen=True)
class KeptAnswer:
    """What is known of an earlier request under the key; no `status`: the answer was not kept."""

    is_the_same: bool
    status: int | None
    body: str


class RequestMemory(Protocol):
    """Keyed requests, as the web layer sees them. Every method may raise `LedgerUnusable`."""

    def turn(self, request: KeyedRequest) -> AbstractAsyncContextManager[None]:
        """Of requests under one key, one after the other."""

    async def find(self, request: KeyedRequest) -> KeptAnswer | None:
        """What is known under the key; None where nothing was done under it."""

    def noting(self, request: KeyedRequest) -> AbstractContextManager[None]:
        """Whatever is written meanwhile notes the key in its own transaction."""

    async def keep(self, request: KeyedRequest, status: int, body: str) -> None:
        """Keep the answer for whoever repeats the request."""
