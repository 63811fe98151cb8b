"""The pages on which people of the staff enrol a device, see where they are known, and leave."""

from __future__ import annotations

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from boxd.errors import NotFound
from boxd.ledger.staff_sessions import NewSession, StaffSession
from boxd.phones import words
from boxd.phones.answering import SiteInfo, answered, cookie, see
from boxd.phones.page import HtmlPage, message, respond
from boxd.staff.devices import device_called
from boxd.staff.service import COOKIE, StaffService
from boxd.words import N_
from boxd.words import gettext as _

HOME = "/i"
_TITLE = N_("Staff")
_SCRIPT = "attendant.js"
_UNKNOWN = N_(
    "No one of the staff is signed in on this browser. Ask an organiser for an "
    "invitation, then open its address or scan its QR code on this device."
)


class StaffPages:
    """The routes of invitations and of the own session, the same at every listener."""

    def __init__(self, staff: StaffService, place: SiteInfo) -> None:
        self._staff = staff
        self._place = place

    def routes(self) -> list[Route]:
        """Every route, each with its errors as pages."""
        posted = {
            f"{HOME}/leave": self._leave,
            f"{HOME}/leave-everywhere": self._leave_everywhere,
            f"{HOME}/{{secret}}": self._enrol,
        }
        return [
            *(
                Route(path, answered(self._place, each), methods=["POST"])
                for path, each in posted.items()
            ),
            Route(HOME, answered(self._place, self._home)),
            Route(f"{HOME}/{{secret}}", answered(self._place, self._invitation)),
        ]

    async def _invitation(self, request: Request) -> Response:
        """Ask whether this device is to be enrolled. Looking at it uses nothing up."""
        invitation = await self._staff.invitation(_secret(request))
        content: dict[str, object] = {
            "person": invitation.person,
            "former": await self._session(request),
        }
        return self._page(request, "staff_invitation.html", content)

    async def _enrol(self, request: Request) -> Response:
        former = await self._session(request)
        try:
            made = await self._staff.enrol(_secret(request), device_of(request), former)
        except NotFound:
            if former is not None:
                return see(HOME)  # the button was pressed twice
            raise
        return see(HOME, {"Set-Cookie": enrolled(self._place, made)})

    async def _home(self, request: Request) -> Response:
        session = await self._session(request)
        if session is None:
            return respond(request, message(_(_TITLE), self._place.box, _(_UNKNOWN), status=401))
        content = {
            "session": session,
            "sessions": await self._staff.sessions_of(session),
            "words": words,
            "now": self._place.now(),
        }
        return self._page(request, "staff_home.html", content)

    async def _leave(self, request: Request) -> Response:
        session = await self._session(request)
        if session is not None:
            await self._staff.leave(session)
        return see(HOME, {"Set-Cookie": forgotten(self._place)})

    async def _leave_everywhere(self, request: Request) -> Response:
        session = await self._session(request)
        if session is not None:
            await self._staff.leave_everywhere(session)
        return see(HOME, {"Set-Cookie": forgotten(self._place)})

    async def _session(self, request: Request) -> StaffSession | None:
        return await self._staff.session(request.cookies.get(COOKIE, ""))

    def _page(self, request: Request, template: str, content: dict[str, object]) -> Response:
        return respond(
            request, HtmlPage(template, _(_TITLE), self._place.box, content, script=_SCRIPT)
        )


def enrolled(place: SiteInfo, made: NewSession) -> str:
    """The Set-Cookie header that makes a device known."""
    until = datetime.fromisoformat(made.session.expires_at)
    age_s = max(0, int((until - place.now()).total_seconds()))
    return cookie(place, COOKIE, made.cookie, "/", "Strict", age_s)


def forgotten(place: SiteInfo) -> str:
    """The Set-Cookie header after a session has ended."""
    return cookie(place, COOKIE, "", "/", "Strict", 0)


def device_of(request: Request) -> str:
    """What the device is called in lists."""
    return device_called(request.headers.get("user-agent", ""))


def _secret(request: Request) -> str:
    return str(request.path_params["secret"])
