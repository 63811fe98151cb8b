"""The caller of the API, and the caller's name in the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from boxd.errors import BadInput
from boxd.ledger.staff_sessions import StaffSession
from boxd.ledger.tokens import Token
from boxd.roles import EVERYTHING, Role, TaskScope
from boxd.words import N_

HUD_ACTOR = N_("operator (HUD)")


class AuthMethod(Enum):
    """How a request reaches the box."""

    COMMANDS = "the commands' socket"  # its file permissions are the authorisation
    HUD = "loopback without a token"  # anyone who can touch the operator's screen
    TOKEN = "a token"  # noqa: S105 - no secret
    SESSION = "a session of the staff"


@dataclass(frozen=True)
class Caller:
    """The caller of a request; `token` is only set for TOKEN, `session` for SESSION."""

    way: AuthMethod
    token: Token | None = None
    session: StaffSession | None = None

    @property
    def owner(self) -> int:
        """The owner of idempotency keys: 0 for the box's own people.

        Otherwise the token's number, or the session's below zero.
        """
        if self.session is not None:
            return -self.session.id
        return self.token.id if self.token else 0

    @property
    def role(self) -> Role | None:
        """The role of the token or the session; None for who needs none."""
        known = self.token or self.session
        return None if known is None else known.role

    @property
    def scope(self) -> TaskScope:
        """The tasks and checkpoints that the caller is narrowed to."""
        known = self.token or self.session
        return EVERYTHING if known is None else known.scope

    def actor(self, named: str | None) -> str:
        """The actor: on the socket the given name, otherwise the authenticated name as well.

        Raises BadInput if a name is missing, or if a session is to act under another's.
        """
        if self.session is not None:
            if named:
                raise BadInput("actor: a session acts under its own person's name; leave it out")
            return self.session.actor
        if self.token is not None:
            named_by = f"token {self.token.name}"
            return f"{named} ({named_by})" if named else f"{self.token.name} (token)"
        if self.way is not AuthMethod.COMMANDS:
            return HUD_ACTOR  # a name that nobody has proven is in no record
        if not named:
            raise BadInput("actor: who does this is missing; give 'actor', the name of a person")
        return named

    def own_key(self, key: str) -> str:
        """An idempotency key that only belongs to this caller's request."""
        if self.session is not None:
            return f"session-{self.session.id}/{key}"
        return f"token-{self.token.id}/{key}" if self.token else key
