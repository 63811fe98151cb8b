"""A limit for the booth's network: requests of an address, or of a phone that is known."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from boxd.rates import client_of
from boxd.web.problems import ErrorResponder, RequestError
from boxd.web.rate_limits import RateLimit


def nobody_known(_request: Request) -> str | None:
    """Every client is known by its address alone."""
    return None


class RateLimitMiddleware:
    """Answers 429 to a client that asks too often.

    `name_of` names a client that is known; it has permits of its own in `known`. All others
    share those of their address in `limit`.
    """

    def __init__(
        self,
        app: ASGIApp,
        limit: RateLimit,
        known: RateLimit,
        name_of: Callable[[Request], str | None],
        respond: ErrorResponder,
    ) -> None:
        self._app = app
        self._limit = limit
        self._known = known
        self._name_of = name_of
        self._respond = respond

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or say when to try again."""
        try:
            self._take(Request(scope))
        except RequestError as error:
            return await self._respond(Request(scope), error)(scope, receive, send)
        return await self._app(scope, receive, send)

    def _take(self, request: Request) -> None:
        address = request.client.host if request.client else "unknown"
        name = self._name_of(request)
        if name is None:
            self._limit.take(client_of(address), f"the address {address}")
        else:
            # With the address: somebody else who has the same link uses up none of its permits.
            self._known.take(f"{name} {client_of(address)}", "this phone")
