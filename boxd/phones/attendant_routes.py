"""The pages of attendants: the PIN, and verdicts on attendees who show a QR code."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from boxd.errors import BadInput, Refused
from boxd.ledger.staff_sessions import StaffSession
from boxd.names import LONGEST
from boxd.phones import known_phones, words
from boxd.phones.answering import SiteInfo, answered, cookie, see
from boxd.phones.forms import number_in, read_form
from boxd.phones.page import HtmlPage, message, respond
from boxd.phones.staff_routes import device_of, enrolled, forgotten
from boxd.phones.verdict_service import (
    NO_PIN,
    Judgement,
    Judging,
    PinOrigin,
    VerdictService,
)
from boxd.rates import client_of
from boxd.staff.service import COOKIE
from boxd.task import LONGEST_REASON, TaskReply
from boxd.words import N_, sentence, translate

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
            "/v/{link}/give-up": self._give_up,
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
        session = await self._session(request)
        if session is None:
            return self._ask_pin(request, "")
        return self._page(request, "attendant_home.html", await self._framing(session))

    async def _judging(self, request: Request) -> Response:
        session = await self._session(request)
        if session is None:
            return self._ask_pin(request, _link(request))
        return await self._show(request, session)

    async def _show(self, request: Request, session: StaffSession, why: str = "") -> Response:
        judging = await self._service.judging(_link(request), session)
        content = {
            **_to_judge(judging),
            **await self._framing(session),
            "link": _link(request),
            "why": why,
        }
        return self._page(request, "attendant_judging.html", content, 409 if why else 200)

    async def _framing(self, session: StaffSession) -> dict[str, object]:
        """What attendant.html shows around every page."""
        last = await self._service.last_verdicts()
        return {"last": last, "session": session, "now": self._place.now(), "words": words}

    async def _enter(self, request: Request) -> Response:
        form = await read_form(request)
        name, link = form.get("name", ""), form.get("link", "")
        origin = PinOrigin(
            address=client_of(request.client.host if request.client else "unknown"),
            cookie=request.cookies.get(known_phones.COOKIE, ""),
            device=device_of(request),
        )
        try:
            entered = await self._service.enter(name, form.get("pin", ""), origin)
        except (BadInput, Refused) as error:
            return self._ask_pin(request, link, translate(str(error)), name)
        response = see(_page_of(link), {"Set-Cookie": enrolled(self._place, entered.made)})
        response.headers.append("Set-Cookie", self._known(entered.known_phone))
        return response

    def _known(self, value: str) -> str:
        lasts_s = known_phones.LASTS_S
        return cookie(self._place, known_phones.COOKIE, value, "/v", "Strict", lasts_s)

    async def _leave(self, request: Request) -> Response:
        await self._service.leave(request.cookies.get(COOKIE, ""))
        return see("/v", {"Set-Cookie": forgotten(self._place)})

    async def _verdict(self, request: Request) -> Response:
        session = await self._session(request)
        if session is None:
            return see(_page_of(_link(request)))
        form = await read_form(request)
        word = form.get("word", "")
        if word not in {"approve", "refuse"}:
            raise BadInput(N_("Neither approved nor refused. Open the page again."))
        judgement = Judgement(
            kind=form.get("kind", ""),
            step=number_in(form, "step"),
            approved=word == "approve",
            reason=form.get("reason", "").strip() if word == "refuse" else "",
        )
        reply = await self._service.judge(_link(request), judgement, session)
        return await self._after(request, session, reply)

    async def _give_up(self, request: Request) -> Response:
        session = await self._session(request)
        if session is None:
            return see(_page_of(_link(request)))
        form = await read_form(request)
        kind, reason = form.get("kind", ""), form.get("reason", "").strip()[:LONGEST_REASON]
        reply = await self._service.give_up(_link(request), kind, reason, session)
        return await self._after(request, session, reply)

    async def _after(self, request: Request, session: StaffSession, reply: TaskReply) -> Response:
        """The page again; with the reason if it was not accepted."""
        if not reply.accepted:
            why = sentence(N_("Not accepted: {why}").format(why=reply.why))
            return await self._show(request, session, why)
        return see(_page_of(_link(request)))

    async def _session(self, request: Request) -> StaffSession | None:
        return await self._service.session(request.cookies.get(COOKIE, ""))

    def _ask_pin(self, request: Request, link: str, why: str = "", name: str = "") -> Response:
        if not self._service.has_pin:
            return respond(request, message(_TITLE, self._place.box, NO_PIN, status=403))
        content = {"link": link, "why": why, "name": name, "longest_name": LONGEST}
        return self._page(request, "attendant_enter.html", content, 403 if why else 200)

    def _page(
        self, request: Request, template: str, content: dict[str, object], status: int = 200
    ) -> Response:
        page = HtmlPage(template, _TITLE, self._place.box, content, script=_SCRIPT, status=status)
        return respond(request, page)


def _to_judge(judging: Judging) -> dict[str, object]:
    """What attendant_judging.html shows: tasks that can be judged now, and the others."""
    tasks = [task for task in judging.picture.tasks if task.kind.verdict]
    return {
        "picture": judging.picture,
        "handed_in": judging.handed_in,
        "ready": [task for task in tasks if words.awaits_verdict(task)],
        "others": [task for task in tasks if not words.awaits_verdict(task)],
        "longest_reason": LONGEST_REASON,
    }


def _link(request: Request) -> str:
    return str(request.path_params["link"])


def _page_of(link: str) -> str:
    """The attendants' page for a link; never an address elsewhere."""
    return f"/v/{quote(link, safe='')}" if link else "/v"
