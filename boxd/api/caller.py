"""Who asks something of the API, and under which name that goes into the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from boxd.errors import BadInput
from boxd.ledger.tokens import Token

HUD_ACTOR = "operator (HUD)"


class AuthMethod(Enum):
    """How a request comes to the box."""

    COMMANDS = "the commands' socket"  # its file permissions are the authorisation
    HUD = "loopback without a token"  # whoever can touch the operator's screen
    TOKEN = "a token"  # noqa: S105 - no secret


@dataclass(frozen=True)
class Caller:
    """Who asks; `token` goes with TOKEN alone."""

    way: AuthMethod
    token: Token | None = None

    @property
    def owner(self) -> int:
        """Whose idempotency keys these are: the token's number, 0 for the box's own people."""
        return self.token.id if self.token else 0

    def actor(self, named: str | None) -> str:
        """Who acts: on the socket whoever is named, otherwise the name that is proven and that.

        Raises BadInput where a name is missing.
        """
        if self.token is not None:
            named_by = f"token {self.token.name}"
            return f"{named} ({named_by})" if named else f"{self.token.name} (token)"
        if self.way is not AuthMethod.COMMANDS:
            return f"{named} (over HTTP)" if named else HUD_ACTOR
        if not named:
            raise BadInput("actor: who does this is missing; give 'actor', the name of a person")
        return named

    def own_key(self, key: str) -> str:
        """An idempotency key under which the box knows this caller's request, and no other's."""
        return f"token-{self.token.id}/{key}" if self.token else key
