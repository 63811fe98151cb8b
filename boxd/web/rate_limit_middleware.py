"""Lets each address of the booth's network ask only so often, whatever it asks for."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from boxd.web import problems
from boxd.web.problems import RequestError
from boxd.web.rate_limits import RateLimit, network_of


class RateLimitMiddleware:
    """Answers 429 to an address that asks too often."""

    def __init__(self, app: ASGIApp, limit: RateLimit) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or say when to come again."""
        address = (scope.get("client") or ("unknown",))[0]
        try:
            self._limit.take(network_of(address), f"the address {address}")
        except RequestError as error:
            return await problems.of_error(error)(scope, receive, send)
        return await self._app(scope, receive, send)
