"""The application: one for the TCP listener, one for the Unix socket, with the same routes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from boxd.web import api, api_admin, listener, metrics, pages, problems, sim_routes
from boxd.web.box import BoxServices, SimulatedHardware
from boxd.web.host_check import SameHostOnly, SecurityHeaders
from boxd.web.listener import Listener
from boxd.web.stream import FrontFeed, SnapshotFeed, Streams


async def healthz(_request: Request) -> Response:
    """Alive: the event loop answers."""
    return JSONResponse({"alive": True})


async def readyz(request: Request) -> Response:
    """Ready, or `503` and the reason."""
    ready, why = listener.box_of(request).ready()
    if ready:
        return JSONResponse({"ready": True})
    return problems.problem(503, "not-ready", "The box is not ready", why, ready=False)


class Application:
    """The box's web side: what both listeners share."""

    def __init__(
        self,
        box: BoxServices,
        simulation: SimulatedHardware | None = None,
        hosts: Sequence[str] = (),
    ) -> None:
        self.streams = Streams()
        self._box = box
        self._hosts = hosts
        self._assets = pages.load()
        self._snapshots = SnapshotFeed(box)
        self._sim_routes = _sim_routes(simulation)
        self._simulated = simulation is not None

    def for_tcp(self) -> Starlette:
        """The application for loopback: no administration, and only this host's names."""
        middleware = [Middleware(SecurityHeaders), Middleware(SameHostOnly, hosts=self._hosts)]
        admin = [
            Route(route.path, listener.only_on_socket, methods=list(route.methods or ()))
            for route in api_admin.ROUTES
        ]
        return self._starlette(admin, middleware, on_socket=False)

    def for_socket(self) -> Starlette:
        """The application for the commands' Unix socket."""
        return self._starlette(api_admin.ROUTES, [Middleware(SecurityHeaders)], on_socket=True)

    def _starlette(
        self, admin: list[Route], middleware: list[Middleware], on_socket: bool
    ) -> Starlette:
        app = Starlette(
            routes=[*self._page_routes(), *api.ROUTES, *admin, *self._sim_routes],
            middleware=middleware,
            exception_handlers=problems.HANDLERS,
        )
        app.state.listener = Listener(self._box, self.streams, on_socket)
        return app

    def _page_routes(self) -> list[Route]:
        routes = [
            Route("/", partial(self._page, "hud.html")),
            Route("/static/{name}", self._static),
            Route("/events", self._events),
            Route("/snapshot", api.status),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", metrics.respond),
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
        return self.streams.respond(self._snapshots)


def _sim_routes(simulation: SimulatedHardware | None) -> list[Route]:
    return sim_routes.routes(simulation, FrontFeed(simulation)) if simulation else []
