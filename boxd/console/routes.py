"""The console's routes: who asks, which section answers, and errors as pages."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from boxd.api import listener
from boxd.api.caller import AuthMethod, Caller
from boxd.api.request_context import BoxContext
from boxd.console import pictures
from boxd.console.changes import ChangeFeed
from boxd.console.form import read_form
from boxd.console.kept_part import KeptPart
from boxd.console.page import ConsolePage, NavigationLink, PageFrame, respond
from boxd.console.section import HOME, Act, ConsoleSection, Show
from boxd.console.sections import SECTIONS
from boxd.console.uploads import Uploads
from boxd.console.visit import ConsoleVisit
from boxd.errors import BadInput, BoxdError, NotFound, Refused
from boxd.handbook.routes import Handbook
from boxd.ledger.staff_sessions import StaffSession
from boxd.lists.table import ListTable
from boxd.look_back import LookBack
from boxd.phones.answering import SiteInfo
from boxd.phones.first_organiser_routes import FIRST
from boxd.staff.first_invitation import FirstInvitation
from boxd.staff.service import COOKIE
from boxd.web import problems
from boxd.web.problems import RequestError
from boxd.words import N_, translate
from boxd.words import gettext as _

_REFUSALS = (BadInput, NotFound, Refused)
Answer = Callable[[Request], Awaitable[Response]]
_TITLES = {
    401: N_("Sign in"),
    403: N_("Not for your role"),
    404: N_("There is nothing here"),
    405: N_("There is nothing here"),
    429: N_("One moment, please"),
    503: N_("One moment, please"),
}
_NOBODY_YET = N_("This box has no organiser yet.")
_BECOME = N_("Organise this box")
_SIGN_IN = N_("This browser is not signed in, or its session has ended.")
_SIGN_IN_AT_THE_BOX = N_(
    "Ask an organiser for an invitation, then open its address or scan its QR code in "
    "this browser. At the box, `boxd staff invite` makes the first one."
)


class ConsolePages:
    """The routes of the console, the same at every listener with pages for people."""

    def __init__(self, place: SiteInfo, first: FirstInvitation | None = None) -> None:
        """With `first`, who is not signed in may become the first organiser here."""
        self._place = place
        self._first = first
        self._uploads = Uploads[ListTable]()
        self._kept = KeptPart()
        self._brought = Uploads[tuple[LookBack, ...]]()

    def routes(self) -> list[Route]:
        """Every route, each with its errors as pages."""
        found = [
            self._route(f"{HOME}/changes", self._changes),
            self._route(pictures.PATH, pictures.answer),
        ]
        for section in SECTIONS:
            for path, show in section.pages.items():
                found.append(self._route(section.path + path, self._shown(section, show)))
            for path, act in section.acts.items():
                found.append(self._route(section.path + path, self._acted(section, act), "POST"))
            found.append(self._route(section.path, self._shown(section, section.show)))
        for path, answer in Handbook(f"{HOME}/docs").answers().items():
            found.append(self._route(path, _for_staff(answer)))
        return found

    def _route(self, path: str, answer: Answer, method: str = "GET") -> Route:
        async def respond_anyhow(request: Request) -> Response:
            try:
                return await answer(request)
            except BoxdError as error:
                return await self._error(request, error)

        return Route(path, respond_anyhow, methods=[method])

    def _shown(self, section: ConsoleSection, show: Show) -> Answer:
        async def answer(request: Request) -> Response:
            return await show(await self._visit(request, section))

        return answer

    def _acted(self, section: ConsoleSection, act: Act) -> Answer:
        async def answer(request: Request) -> Response:
            visit = await self._visit(request, section)
            form = await read_form(request, section.body_limit)
            visit = replace(visit, form=form.fields, files=form.files)
            try:
                return await act.do(visit)
            except _REFUSALS as error:
                status = problems.of_error(error).status_code
                return await act.back(visit.refused(translate(str(error)), status))

        return answer

    async def _visit(self, request: Request, section: ConsoleSection) -> ConsoleVisit:
        """Who asks. Raises RequestError for somebody unknown, or without the role."""
        session = await _session(request)
        here = listener.of(request)
        caller = Caller(AuthMethod.SESSION, session=session)
        box = here.box.require_services()
        key = caller.own_key(str(uuid.uuid4()))
        context = BoxContext(here.box, here.streams, here.feed, caller, key, box)
        visit = ConsoleVisit(
            request,
            context,
            session,
            self._place,
            self._uploads,
            self._kept,
            self._brought,
            PageFrame(self._place.box),
        )
        visit.require(section.needs)
        said = section.said.get(request.query_params.get("said", ""), "")
        frame = PageFrame(
            box=self._place.box,
            person=session.name,
            role=session.role,
            links=_menu(visit, section),
            said=_(said) if said else "",
        )
        return replace(visit, frame=frame)

    async def _changes(self, request: Request) -> Response:
        """A stream that says when something changed; the page then asks for itself."""
        await _session(request)
        here = listener.of(request)
        return here.streams.respond(ChangeFeed(here.box.snapshots))

    async def _error(self, request: Request, error: BoxdError) -> Response:
        status = problems.of_error(error).status_code
        title = _(_TITLES.get(status, "That did not work"))
        lines = [translate(str(error))]
        if status == HTTPStatus.UNAUTHORIZED:
            lines = [_(_SIGN_IN), _(_SIGN_IN_AT_THE_BOX)]
        content: dict[str, object] = {"lines": lines}
        if status == HTTPStatus.UNAUTHORIZED and (secret := await self._first_secret()):
            lines = [_(_NOBODY_YET), _(_SIGN_IN_AT_THE_BOX)]
            content = {"lines": lines, "link": f"{FIRST}/{secret}", "to": _(_BECOME)}
        page = ConsolePage("message.html", title, PageFrame(self._place.box), content, status)
        response = respond(request, page)
        if isinstance(error, RequestError):
            response.headers.update(error.headers)
        return response

    async def _first_secret(self) -> str | None:
        """What the first organiser's address ends in, where there is one to be had."""
        try:
            return await self._first.secret() if self._first is not None else None
        except BoxdError:
            return None  # the ledger can't be read: signing in waits for that, too


async def _session(request: Request) -> StaffSession:
    box = listener.of(request).box.require_services()
    session = await box.staff.session(request.cookies.get(COOKIE, ""))
    if session is None:
        raise RequestError(HTTPStatus.UNAUTHORIZED, "signed-out", "Sign in", _SIGN_IN)
    return session


def _for_staff(answer: Answer) -> Answer:
    async def answer_staff(request: Request) -> Response:
        await _session(request)
        return await answer(request)

    return answer_staff


def _menu(visit: ConsoleVisit, here: ConsoleSection) -> tuple[NavigationLink, ...]:
    return tuple(
        NavigationLink(each.path, _(each.title), each is here)
        for each in SECTIONS
        if visit.may(each.needs)
    )
