"""Who may see the hub: whoever opens the address with the key that `boxd hub` prints.

Other people may have accounts on this computer, and loopback is open to all of them.
"""

from __future__ import annotations

import hmac
import secrets

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from boxd.words import gettext as _

_COOKIE = "boxd_hub"
_WITHOUT_KEY = 403


class KeyOnly:
    """Answers only browsers that opened the address with the key once."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        self._app = app
        self._key = key
        self._session = secrets.token_urlsafe(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        answer = None if scope["type"] != "http" else self._instead(Request(scope))
        await (answer or self._app)(scope, receive, send)

    def _instead(self, request: Request) -> Response | None:
        if _is_same(request.query_params.get("key", ""), self._key):
            # The key leaves the address, which people see and browsers remember.
            shown = RedirectResponse(request.url.path, status_code=303)
            shown.set_cookie(_COOKIE, self._session, httponly=True, samesite="strict")
            return shown
        if _is_same(request.cookies.get(_COOKIE, ""), self._session):
            return None
        return PlainTextResponse(
            _("Open the address that `boxd hub` has printed: it has the key."), _WITHOUT_KEY
        )


def _is_same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), known.encode())
