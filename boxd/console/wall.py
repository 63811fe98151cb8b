"""The wall: a page at /w for a large screen, without sign-in and without names; and its switch."""

from __future__ import annotations

import time
from http import HTTPStatus

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from boxd.api import listener, switches
from boxd.console.page import ConsolePage, PageFrame, respond, source
from boxd.console.section import HOME, Act, ConsoleSection, go
from boxd.console.texts import FUNCTIONS
from boxd.console.visit import ConsoleVisit
from boxd.errors import BoxdError
from boxd.ledger import switches as ledger_switches
from boxd.ledger import wall
from boxd.ledger.ledger import Ledger
from boxd.ledger.switches import Switch
from boxd.phones import qr, walk_up_routes
from boxd.phones.answering import SiteInfo
from boxd.phones.page import packed
from boxd.web.page_policy import page_policy
from boxd.web.templates import render
from boxd.words import N_, translate
from boxd.words import gettext as _

WALL = "/w"
PATH = f"{HOME}/wall"
_STYLE, _SCRIPT = "wall.css", "wall.js"
_KEPT_S = 2.0


class WallPage:
    """The wall at one listener; many screens ask the ledger once in two seconds."""

    def __init__(self, place: SiteInfo) -> None:
        self._place = place
        self._kept: wall.Wall | None = None
        self._kept_until = 0.0

    def routes(self) -> list[Route]:
        """Its one route."""
        return [Route(WALL, self._show, methods=["GET"])]

    async def _show(self, request: Request) -> Response:
        try:
            found = await self._now(listener.of(request).box.require_services().ledger)
        except BoxdError as error:
            return self._message(request, translate(str(error)), HTTPStatus.SERVICE_UNAVAILABLE)
        if found is None:
            return self._message(request, _("The wall is switched off."), HTTPStatus.NOT_FOUND)
        join = self._join(request) if found.takes_walk_ups else ""
        style, script = Markup(source(_STYLE)), Markup(source(_SCRIPT))  # noqa: S704 - our files
        page = render(
            "console/wall.html",
            **FUNCTIONS,
            wall=found,
            join=join,
            box=self._place.box,
            style=style,
            script=script,
            now=self._place.now(),
        )
        policy = page_policy(source(_STYLE), source(_SCRIPT), images="'self' data:")
        return packed(request, page, 200, {"Content-Security-Policy": policy})

    def _join(self, request: Request) -> str:
        """The QR code that gives a passer-by a card, if phones have an address here."""
        address = listener.of(request).box.require_services().phones.address
        if address is None:
            return ""
        return qr.svg(f"{address}{walk_up_routes.PATH}", _("QR code"))

    async def _now(self, ledger: Ledger) -> wall.Wall | None:
        """The wall, at most two seconds old; None while it is off."""
        if not await ledger.read(lambda c: ledger_switches.is_on(c, Switch.WALL)):
            return None
        if self._kept is None or time.monotonic() >= self._kept_until:
            self._kept = await ledger.read(wall.read)
            self._kept_until = time.monotonic() + _KEPT_S
        return self._kept

    def _message(self, request: Request, line: str, status: int) -> Response:
        frame = PageFrame(self._place.box)
        page = ConsolePage("message.html", _("Wall"), frame, {"lines": [line]}, status)
        return respond(request, page)


async def show(visit: ConsoleVisit) -> Response:
    """The switch, and the wall's address."""
    address = f"{visit.place.address}{WALL}"
    found = await visit.act(switches.switches)
    is_on = {each["name"]: each["on"] for each in found["switches"]}[Switch.WALL]
    picture = qr.svg(address, address)
    return visit.page("wall_switch.html", N_("Wall"), is_on=is_on, url=address, picture=picture)


async def turn(visit: ConsoleVisit) -> Response:
    """Switch it on or off."""
    on = visit.form.get("on") == "yes"
    await visit.act(switches.turn_switch, name=Switch.WALL, body={"on": on})
    return go(PATH, said="on" if on else "off")


SECTION = ConsoleSection(
    path=PATH,
    title=N_("Wall"),
    needs=switches.turn_switch,
    show=show,
    acts={"/turn": Act(turn, show)},
    said={"on": N_("The wall is on."), "off": N_("The wall is off.")},
)
