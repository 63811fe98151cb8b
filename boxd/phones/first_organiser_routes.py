"""The first organiser's way in: a QR code at the box, and the page behind it on a phone."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from boxd.errors import BadInput, NotFound, Refused
from boxd.names import LONGEST
from boxd.phones import qr
from boxd.phones.answering import SiteInfo, answered, see
from boxd.phones.forms import read_form
from boxd.phones.network import PhonesNetwork
from boxd.phones.page import HtmlPage, respond
from boxd.phones.staff_routes import HOME, device_of, enrolled
from boxd.staff.first_invitation import FirstInvitation
from boxd.words import gettext as _
from boxd.words import translate

FIRST = f"{HOME}/first"


class FirstOrganiserPages:
    """The page on which the first organiser enrols, the same at every listener."""

    def __init__(self, first: FirstInvitation, place: SiteInfo) -> None:
        self._first = first
        self._place = place

    def routes(self) -> list[Route]:
        """Every route, each with its errors as pages."""
        path = f"{FIRST}/{{secret}}"
        return [
            Route(path, answered(self._place, self._enrol), methods=["POST"]),
            Route(path, answered(self._place, self._ask)),
        ]

    async def _ask(self, request: Request) -> Response:
        await self._first.check(_secret(request))
        return self._page(request)

    async def _enrol(self, request: Request) -> Response:
        form = await read_form(request)
        name = form.get("name", "")
        try:
            made = await self._first.enrol(_secret(request), name, device_of(request))
        except (BadInput, Refused) as error:
            return self._page(request, translate(str(error)), name)
        return see(HOME, {"Set-Cookie": enrolled(self._place, made)})

    def _page(self, request: Request, why: str = "", name: str = "") -> Response:
        content = {"why": why, "name": name, "longest_name": LONGEST}
        page = HtmlPage(
            "staff_first.html",
            _("Organise this box"),
            self._place.box,
            content,
            script="attendant.js",
            status=422 if why else 200,
        )
        return respond(request, page)


class ShownInvitation:
    """The QR code for the operator's screen, as long as phones can reach the box."""

    def __init__(self, first: FirstInvitation, network: PhonesNetwork) -> None:
        self._first = first
        self._network = network

    def routes(self) -> list[Route]:
        """Whether there is one, and its picture: for the listener on loopback alone."""
        return [
            Route("/first-invitation", self._offered),
            Route("/first-invitation.svg", self._picture),
        ]

    async def _offered(self, _request: Request) -> Response:
        return JSONResponse({"offered": await self._secret() is not None})

    async def _picture(self, _request: Request) -> Response:
        secret = await self._secret()
        if secret is None:
            raise NotFound("there is no invitation to show: this box has an organiser")
        drawn = qr.svg_file(f"{self._network.address_or('')}{FIRST}/{secret}")
        return Response(drawn, media_type="image/svg+xml")

    async def _secret(self) -> str | None:
        return await self._first.secret() if self._network.is_open else None


def _secret(request: Request) -> str:
    return str(request.path_params["secret"])
