"""The wall: a page at /w for a large screen, without sign-in and without names; and its switch."""

from __future__ import annotations

from http import HTTPStatus

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from boxd.api import listener, switches
from boxd.console.kept_part import KeptPart
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
from boxd.words import N_, current, translate
from boxd.words import gettext as _

WALL = "/w"
PATH = f"{HOME}/wall"
_STYLE, _SCRIPT = "wall.css", "wall.js"


class WallPage:
    """The wall at one listener; it is read and made once in two seconds for all screens."""

    def __init__(self, place: SiteInfo) -> None:
        self._place = place
        self._kept = KeptPart()

    def routes(self) -> list[Route]:
        """Its one route."""
        return [Route(WALL, self._show, methods=["GET"])]

    async def _show(self, request: Request) -> Response:
        try:
            ledger = listener.of(request).box.require_services().ledger
            if not await ledger.read(lambda c: ledger_switches.is_on(c, Switch.WALL)):
                return self._message(request, _("The wall is switched off."), HTTPStatus.NOT_FOUND)
            shows = (current().language, self._place.box)
            page = await self._kept.get(shows, lambda: self._made(request, ledger))
        except BoxdError as error:
            return self._message(request, translate(str(error)), HTTPStatus.SERVICE_UNAVAILABLE)
        policy = page_policy(source(_STYLE), source(_SCRIPT), images="'self' data:")
        return packed(request, page, 200, {"Content-Security-Policy": policy})

    async def _made(self, request: Request, ledger: Ledger) -> Markup:
        """The page as it is now."""
        found = await ledger.read(wall.read)
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
        return Markup(page)  # noqa: S704 - made by a template

    def _join(self, request: Request) -> str:
        """The QR code that gives a passer-by a card, if phones have an address here."""
        address = listener.of(request).box.require_services().phones.address
        if address is None:
            return ""
        return qr.svg(f"{address}{walk_up_routes.PATH}", _("QR code"))

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
