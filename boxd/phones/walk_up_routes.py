"""The poster's page: somebody without a card takes one on their own phone."""

from __future__ import annotations

from collections import OrderedDict
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from boxd.errors import NotFound, Refused
from boxd.ledger import attendees, switches, walk_ups
from boxd.ledger.ledger import Ledger
from boxd.ledger.switches import Switch
from boxd.machine_clock import boot_s
from boxd.phones.answering import SiteInfo, answered, cookie, see
from boxd.phones.links import LinkKind, Signer, attendee_link
from boxd.phones.page import HtmlPage, respond
from boxd.web.problems import RequestError
from boxd.words import gettext as _

PATH = "/j"
_COOKIE = "boxd_walk_up"
_COOKIE_S = 30 * 24 * 3600
_HOUR_S = 3600.0
# A venue may give many phones one address; who empties their cookies gets no further than this.
_MOST_OF_AN_ADDRESS = 20
_MOST_ADDRESSES = 4096


class WalkUpPages:
    """One card for each phone; so many for each address in an hour, and for all together."""

    def __init__(self, ledger: Ledger, signer: Signer, place: SiteInfo) -> None:
        self._ledger = ledger
        self._signer = signer
        self._place = place
        self._taken: OrderedDict[str, list[float]] = OrderedDict()

    def routes(self) -> list[Route]:
        """Every route, each with its errors as pages."""
        return [
            Route(PATH, answered(self._place, self._take), methods=["POST"]),
            Route(PATH, answered(self._place, self._ask)),
        ]

    async def _ask(self, request: Request) -> Response:
        """Ask first: cameras and chat programs open an address before anybody wants it."""
        if own := await self._own(request):
            return see(f"/a/{own}")
        if not await self._ledger.read(lambda c: switches.is_on(c, Switch.WALK_UPS)):
            raise NotFound(_(walk_ups.OFF))
        return respond(request, HtmlPage("walk_up.html", _("Take part"), self._place.box))

    async def _take(self, request: Request) -> Response:
        if own := await self._own(request):
            return see(f"/a/{own}")
        self._count(request.client.host if request.client else "")
        try:
            who = await self._ledger.write(walk_ups.add)
        except (NotFound, Refused) as error:
            raise type(error)(_(str(error))) from None
        link = self._signer.sign(attendee_link(who.number, who.link_generation))
        known = cookie(self._place, _COOKIE, link, PATH, "Lax", _COOKIE_S)
        return see(f"/a/{link}", {"Set-Cookie": known})

    async def _own(self, request: Request) -> str:
        """The card that this phone has taken, if it is still good."""
        given = request.cookies.get(_COOKIE, "")
        link = self._signer.read(LinkKind.ATTENDEE, given)
        if link is None:
            return ""
        try:
            who = await self._ledger.read(lambda c: attendees.find(c, link.attendee))
        except NotFound:
            return ""
        is_good = who.forgotten_at is None and who.link_generation == link.generation
        return given if is_good else ""

    def _count(self, address: str) -> None:
        """Count a card for this address. Raises RequestError if it had enough in this hour."""
        now = boot_s()
        recent = [each for each in self._taken.pop(address, []) if now - each < _HOUR_S]
        is_full = len(recent) >= _MOST_OF_AN_ADDRESS
        self._taken[address] = recent if is_full else [*recent, now]
        while len(self._taken) > _MOST_ADDRESSES:
            self._taken.popitem(last=False)
        if is_full:
            wait_s = max(1, int(_HOUR_S - (now - recent[0])))
            detail = "as many cards as one address may take in an hour are taken"
            headers = {"Retry-After": str(wait_s)}
            raise RequestError(
                HTTPStatus.TOO_MANY_REQUESTS, "too-many", "Too many cards", detail, headers
            )
