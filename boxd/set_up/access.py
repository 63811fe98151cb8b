"""Who may set the card up: whoever has its key, which its screen shows, or sits at the box."""

from __future__ import annotations

import asyncio
import hmac
import secrets

from starlette.requests import Request

from boxd.errors import BadInput
from boxd.words import N_

COOKIE = "boxd_set_up"
_WRONG_KEY_S = 1.0  # at most one guess a second, whoever guesses


class Access:
    """The key, and the one secret of the browsers that gave it."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._session = secrets.token_urlsafe(32)
        self._guessing = asyncio.Lock()

    @property
    def cookie(self) -> str:
        """The Set-Cookie header for a browser that may."""
        return f"{COOKIE}={self._session}; Path=/; HttpOnly; SameSite=Strict"

    def is_known(self, request: Request) -> bool:
        """Whether the key was given in this browser."""
        return _is_same(request.cookies.get(COOKIE, ""), self._session)

    async def check(self, given: str) -> None:
        """Raise BadInput, slowly, unless this is the key."""
        async with self._guessing:
            if _is_same(given.strip().lower(), self._key.lower()):
                return
            await asyncio.sleep(_WRONG_KEY_S)
        raise BadInput(N_("That is not the key of this box. Its screen shows it."))


def _is_same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), known.encode())
