"""Limits for the booth's network: requests per address, and connections at once."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from boxd.web.problems import ErrorResponder, RequestError
from boxd.web.rate_limits import RateLimit, client_of

_AGAIN_S = 4


class RateLimitMiddleware:
    """Answers 429 to an address that asks too often."""

    def __init__(self, app: ASGIApp, limit: RateLimit, respond: ErrorResponder) -> None:
        self._app = app
        self._limit = limit
        self._respond = respond

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or say when to try again."""
        address = (scope.get("client") or ("unknown",))[0]
        try:
            self._limit.take(client_of(address), f"the address {address}")
        except RequestError as error:
            return await self._respond(Request(scope), error)(scope, receive, send)
        return await self._app(scope, receive, send)


class CrowdMiddleware:
    """Answers 503 while there are more than `most` connections, and closes the new one."""

    def __init__(
        self, app: ASGIApp, most: int, connections: Callable[[], int], respond: ErrorResponder
    ) -> None:
        self._app = app
        self._most = most
        self._connections = connections
        self._respond = respond

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or say when to try again."""
        if self._connections() <= self._most:
            return await self._app(scope, receive, send)
        headers = {"Retry-After": str(_AGAIN_S), "Connection": "close"}
        detail = f"more than {self._most} connections are open; come again in {_AGAIN_S} s"
        error = RequestError(503, "crowded", "Too many connections", detail, headers)
        return await self._respond(Request(scope), error)(scope, receive, send)
