"""The pages of attendants: the PIN, and the verdicts on whoever shows a QR code."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from boxd.errors import BadInput, Refused
from boxd.phones import attendant_view
from boxd.phones.answering import SiteInfo, answered, cookie, see
from boxd.phones.forms import number_in, read_form
from boxd.phones.markup import Html
from boxd.phones.page import HtmlPage, plain_main, respond
from boxd.phones.sessions import LASTS_S, Session
from boxd.phones.verdict_service import NO_PIN, Judgement, VerdictService
from boxd.web.rate_limits import network_of

_COOKIE = "boxd_attendant"
_TITLE = "For attendants"
_SCRIPT = "attendant.js"


class AttendantPages:
    """The routes of attendants' phones."""

    def __init__(self, service: VerdictService, place: SiteInfo) -> None:
        self._service = service
        self._place = place

    def routes(self) -> list[Route]:
        """Every route, each with its errors as pages."""
        posted = {
            "/v/enter": self._enter,
            "/v/leave": self._leave,
            "/v/{link}/verdict": self._verdict,
        }
        return [
            *(
                Route(path, answered(self._place, each), methods=["POST"])
                for path, each in posted.items()
            ),
            Route("/v", answered(self._place, self._home)),
            Route("/v/{link}", answered(self._place, self._judging)),
        ]

    async def _home(self, request: Request) -> Response:
        session = self._session(request)
        if session is None:
            return self._ask_pin(request, "")
        last = await self._service.last_verdicts()
        return self._page(request, attendant_view.home_main(last, session, self._place.now()))

    async def _judging(self, request: Request) -> Response:
        session = self._session(request)
        if session is None:
            return self._ask_pin(request, _link(request))
        return await self._show(request, session)

    async def _show(self, request: Request, session: Session, why: str = "") -> Response:
        judging = await self._service.judging(_link(request))
        last = await self._service.last_verdicts()
        main = attendant_view.judging_main(
            judging, _link(request), last, session, self._place.now(), why
        )
        return self._page(request, main, 409 if why else 200)

    async def _enter(self, request: Request) -> Response:
        form = await read_form(request)
        name, link = form.get("name", ""), form.get("link", "")
        address = network_of(request.client.host if request.client else "unknown")
        try:
            session = await self._service.enter(name, form.get("pin", ""), address)
        except (BadInput, Refused) as error:
            return self._ask_pin(request, link, str(error), name)
        return see(_page_of(link), {"Set-Cookie": self._cookie(session, LASTS_S)})

    async def _leave(self, _request: Request) -> Response:
        return see("/v", {"Set-Cookie": self._cookie("", 0)})

    async def _verdict(self, request: Request) -> Response:
        session = self._session(request)
        if session is None:
            return see(_page_of(_link(request)))
        form = await read_form(request)
        word = form.get("word", "")
        if word not in {"approve", "refuse"}:
            raise BadInput("Neither approved nor refused. Open the page again.")
        judgement = Judgement(
            kind=form.get("kind", ""),
            step=number_in(form, "step"),
            approved=word == "approve",
            reason=form.get("reason", "").strip() if word == "refuse" else "",
        )
        reply = await self._service.judge(_link(request), judgement, session)
        if not reply.accepted:
            return await self._show(request, session, f"Not taken: {reply.why}.")
        return see(_page_of(_link(request)))

    def _session(self, request: Request) -> Session | None:
        return self._service.session(request.cookies.get(_COOKIE, ""))

    def _cookie(self, value: str, age_s: int) -> str:
        return cookie(self._place, _COOKIE, value, "/v", "Strict", age_s)

    def _ask_pin(self, request: Request, link: str, why: str = "", name: str = "") -> Response:
        if not self._service.has_pin:
            page = HtmlPage(_TITLE, self._place.box, plain_main(_TITLE, NO_PIN), status=403)
            return respond(request, page)
        main = attendant_view.enter_main(link, why, name)
        return self._page(request, main, 403 if why else 200)

    def _page(self, request: Request, main: Html, status: int = 200) -> Response:
        page = HtmlPage(_TITLE, self._place.box, main, script=_SCRIPT, status=status)
        return respond(request, page)


def _link(request: Request) -> str:
    return str(request.path_params["link"])


def _page_of(link: str) -> str:
    """The attendants' page of a link; never an address elsewhere."""
    return f"/v/{quote(link, safe='')}" if link else "/v"
