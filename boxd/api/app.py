"""The applications: one for each listener, all for the same box."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from boxd import words
from boxd.api import endpoints, listener, metrics, sim
from boxd.api.authenticator import Authenticator
from boxd.api.listener import Listener, ListenerKind
from boxd.api.services import ServedBox
from boxd.api.table import OPERATIONS, SCRAPED
from boxd.config.phones_schema import Phones
from boxd.handbook.routes import Handbook
from boxd.web import pages, problems
from boxd.web.api_prefix import PREFIX
from boxd.web.behind_gateway import BehindGateway
from boxd.web.host_check import OneLengthOnly, OwnPagesOnly, SameHostOnly, SecurityHeaders
from boxd.web.language import LanguageMiddleware
from boxd.web.rate_limit_middleware import RateLimitMiddleware, nobody_known
from boxd.web.rate_limits import RateLimit
from boxd.web.stream import FrontFeed, SnapshotFeed, Streams

if TYPE_CHECKING:
    from boxd.sim.hardware import SimulatedHardware


async def healthz(_request: Request) -> Response:
    """Alive: the event loop answers."""
    return JSONResponse({"alive": True})


async def readyz(request: Request) -> Response:
    """Ready, or `503` and the reason."""
    ready, why = listener.of(request).box.snapshots.ready()
    if ready:
        return JSONResponse({"ready": True})
    return problems.problem(503, "not-ready", "The box is not ready", why, ready=False)


async def snapshot(request: Request) -> Response:
    """Everything on the HUD at this moment."""
    return JSONResponse(listener.of(request).box.snapshots.snapshot())


async def _document(kind: ListenerKind, _request: Request) -> Response:
    """The listener's operations in OpenAPI, for everybody.

    Made in a thread, when first asked for.
    """
    return Response(await asyncio.to_thread(_written, kind), media_type="application/json")


@cache
def _written(kind: ListenerKind) -> str:
    from boxd.api.openapi import document

    return json.dumps(document(OPERATIONS, kind), ensure_ascii=False)


class Application:
    """The box's web side: what its listeners share.

    `phone_routes` are the phones' pages, which the booth's network gets besides the API;
    `phone_errors` answers a phone that is turned away, `phone_named` names one that is known,
    `phone_address` is where they reach the box, empty while nobody has said.
    `own_routes` are the staff's pages on loopback, besides the operator's screen; `own_errors`
    answers a browser there. The language of this context is the box's.
    """

    def __init__(
        self,
        box: ServedBox,
        simulation: SimulatedHardware | None = None,
        hosts: Sequence[str] = (),
        phones: Phones | None = None,
        phone_routes: Sequence[BaseRoute] = (),
        phone_errors: problems.ErrorResponder = problems.respond_with_problem,
        phone_named: Callable[[Request], str | None] = nobody_known,
        phone_address: Callable[[], str] = str,
        own_routes: Sequence[BaseRoute] = (),
        own_errors: problems.ErrorResponder = problems.respond_with_problem,
    ) -> None:
        self.streams = Streams()
        self.phone_streams = Streams()  # their own: phones must not use up the HUD's
        self._box = box
        self._hosts = hosts
        self._phones = phones or Phones()
        self._phone_routes = phone_routes
        self._phone_errors = phone_errors
        self._phone_named = phone_named
        self._phone_address = phone_address
        self._own_routes = own_routes
        self._own_errors = own_errors
        self._by_token = RateLimit(self._phones.rate_per_token)
        self._words = words.current()
        self._assets = pages.load() | pages.load_spoken()
        self._feed = SnapshotFeed(box.snapshots)
        self._sim_routes = _sim_routes(simulation)
        self._simulated = simulation is not None

    def for_tcp(self) -> Starlette:
        """The application for loopback, under this host's names; beyond the HUD only by token."""
        own_hosts = Middleware(SameHostOnly, hosts=self._hosts, respond=self._own_errors)
        middleware = [Middleware(SecurityHeaders), own_hosts]
        routes = [
            *self._page_routes(),
            *self._own_routes,
            *self._api(ListenerKind.LOOPBACK),
            *self._sim_routes,
        ]
        return self._starlette(ListenerKind.LOOPBACK, routes, middleware)

    def for_socket(self) -> Starlette:
        """The application for the commands' Unix socket."""
        routes = [*self._page_routes(), *self._api(ListenerKind.SOCKET), *self._sim_routes]
        return self._starlette(ListenerKind.SOCKET, routes, [Middleware(SecurityHeaders)])

    def for_phones(self) -> Starlette:
        """The application for the booth's network: phones' pages, and the API with a token.

        Its requests come from the gateway, which has counted, limited and judged them.
        """
        middleware = [
            Middleware(BehindGateway),
            Middleware(SecurityHeaders, forms="'self'"),
            Middleware(
                RateLimitMiddleware,
                limit=RateLimit(self._phones.rate_per_address),
                known=RateLimit(self._phones.rate_per_phone),
                name_of=self._phone_named,
                respond=self._phone_errors,
            ),
            *self._cross_origin(),
            Middleware(
                OwnPagesOnly,
                address=self._phone_address,
                respond=self._phone_errors,
            ),
        ]
        routes = [*self._phone_routes, *self._api(ListenerKind.PHONES)]
        return self._starlette(ListenerKind.PHONES, routes, middleware)

    def _starlette(
        self, kind: ListenerKind, routes: Sequence[BaseRoute], middleware: list[Middleware]
    ) -> Starlette:
        is_phones = kind is ListenerKind.PHONES
        app = Starlette(
            routes=routes,
            middleware=[
                Middleware(LanguageMiddleware, own=self._words),
                *middleware,
                Middleware(OneLengthOnly),
            ],
            exception_handlers=problems.handlers(self._errors(kind)),
        )
        streams = self.phone_streams if is_phones else self.streams
        app.router.redirect_slashes = False  # a wrong path gets an error
        app.state.listener = Listener(kind, self._box, streams, self._feed)
        return app

    def _errors(self, kind: ListenerKind) -> problems.ErrorResponder:
        if kind is ListenerKind.PHONES:
            return self._phone_errors
        is_loopback = kind is ListenerKind.LOOPBACK
        return self._own_errors if is_loopback else problems.respond_with_problem

    def _api(self, kind: ListenerKind) -> list[Route]:
        """The API; on the booth's network without the operations of the commands' socket."""
        offered = [
            each for each in OPERATIONS if not each.socket_only or kind is not ListenerKind.PHONES
        ]
        if kind is ListenerKind.PHONES:  # the others have it without a token
            offered += [
                replace(each, path=SCRAPED) for each in OPERATIONS if each.name == "metrics"
            ]
        routes = endpoints.routes(offered, Authenticator(kind, self._box, self._by_token))
        return [Route(f"{PREFIX}/openapi.json", partial(_document, kind)), *routes]

    def _cross_origin(self) -> list[Middleware]:
        origins = list(self._phones.cors_origins)
        if not origins:
            return []
        return [
            Middleware(
                CORSMiddleware,
                allow_origins=origins,
                allow_methods=["GET", "POST"],
                allow_headers=["Authorization", "Content-Type", endpoints.KEY_HEADER],
                expose_headers=["Retry-After"],
            )
        ]

    def _page_routes(self) -> list[Route]:
        routes = [
            Route("/", partial(self._page, "hud.html")),
            Route("/static/{name}", self._static),
            Route("/events", self._events),
            Route("/snapshot", snapshot),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", metrics.respond),
            *Handbook("/docs").routes(),
        ]
        if self._simulated:
            routes.append(Route("/sim", partial(self._page, "sim.html")))
        return routes

    async def _page(self, name: str, request: Request) -> Response:
        return self._assets[name].respond(request)

    async def _static(self, request: Request) -> Response:
        asset = self._assets.get(request.path_params["name"])
        if asset is None:
            detail = f"there is no file {request.url.path}; reload the page"
            return problems.problem(404, "not-found", "Not Found", detail)
        return asset.respond(request)

    async def _events(self, _request: Request) -> Response:
        return self.streams.respond(self._feed)


def _sim_routes(simulation: SimulatedHardware | None) -> list[Route]:
    return sim.routes(simulation, FrontFeed(simulation)) if simulation else []
