"""The pages: the key, the form, how far it is; and what the box's own screen shows meanwhile."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from threading import Thread

from markupsafe import Markup
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from boxd.errors import BadInput, BoxdError
from boxd.phones import qr
from boxd.phones.answering import see
from boxd.phones.forms import read_form
from boxd.phones.page import HtmlPage, message, respond
from boxd.phones.sheets import joining
from boxd.set_up.access import Access
from boxd.set_up.choices import KEYBOARDS, Choices, PhonesWay, read_choices, zones
from boxd.set_up.configuration import public_url
from boxd.set_up.course import SetUpCourse, SetUpProgress
from boxd.set_up.found import find_devices
from boxd.set_up.host_names import LocalNamesOnly
from boxd.set_up.machine import Machine
from boxd.web.host_check import SecurityHeaders, why_origin_refused
from boxd.web.language import LanguageMiddleware
from boxd.words import current, translate
from boxd.words import gettext as _

_PRODUCT = "boxd"
_REFRESH_S = 2
_MILLISECONDS = re.compile(r"[0-9]{1,14}")  # since 1970, as a browser counts
_FORM, _KEY, _PROGRESS, _JOIN = "/set-up", "/key", "/progress", "/join"


class SetUpPages:
    """One card's set-up. `leave_screen` ends the page on the box's own screen."""

    def __init__(self, machine: Machine, key: str, leave_screen: Callable[[], None]) -> None:
        self._machine = machine
        self._key = key
        self._access = Access(key)
        self._course = SetUpCourse(machine, leave_screen)
        self._outcome: SetUpProgress | None = None
        self._sent: dict[str, str] = {}

    def for_network(self) -> Starlette:
        """What browsers on a network see."""
        return _site(
            Route("/", self._begin_here),
            Route(_FORM, self._form),
            Route(_FORM, self._send, methods=["POST"]),
            Route(_KEY, self._enter, methods=["POST"]),
            Route(_PROGRESS, self._progress),
            Route(_JOIN, self._join, methods=["POST"]),
        )

    def for_screen(self) -> Starlette:
        """What the screen of the box shows: the way in, for a phone."""
        return _site(Route("/", self._screen))

    @property
    def _is_at_work(self) -> bool:
        """Whether the answers are being put into effect, or are; not if that has failed."""
        return self._outcome is not None and not self._outcome.why

    async def _begin_here(self, _request: Request) -> Response:
        return see(_FORM)

    async def _form(self, request: Request) -> Response:
        if not self._access.is_known(request):
            return _page(request, "set_up/key.html", _("Set up this box"))
        if self._is_at_work:
            return see(_PROGRESS)
        return await self._asking(request, self._sent)

    async def _enter(self, request: Request) -> Response:
        form = await _own_form(request)
        try:
            await self._access.check(form.get("key", ""))
        except BadInput as error:
            why = translate(str(error))
            return _page(request, "set_up/key.html", _("Set up this box"), 422, why=why)
        return see(_FORM, {"Set-Cookie": self._access.cookie})

    async def _asking(self, request: Request, form: dict[str, str], why: str = "") -> Response:
        found, networks, own = await asyncio.to_thread(
            lambda: (find_devices(), self._machine.networks(), self._machine.own_network)
        )
        return _page(
            request,
            "set_up/form.html",
            _("Set up this box"),
            422 if why else 200,
            script="set_up/set_up.js",
            why=why,
            form={"language": current().language, "zone": "UTC", "keyboard": "us", **form},
            found=found,
            boards=", ".join(f"CodeTV Board {each}" for each in found.boards),
            networks=networks,
            own=own,
            zones=[(each, each) for each in zones()],
            keyboards=KEYBOARDS,
        )

    async def _send(self, request: Request) -> Response:
        form = await _own_form(request)
        if not self._access.is_known(request):
            return see(_FORM)
        if self._is_at_work:
            return see(_PROGRESS)  # sent twice: it is done once
        self._sent = form
        try:
            choices = read_choices(form, bool(find_devices().boards))
        except BadInput as error:
            return await self._asking(request, form, translate(str(error)))
        self._begin(choices, form.get("now", ""))
        return see(_PROGRESS)

    def _begin(self, choices: Choices, now_ms: str) -> None:
        now_s = int(now_ms) / 1000 if _MILLISECONDS.fullmatch(now_ms) else 0.0
        self._outcome = SetUpProgress(choices)
        Thread(target=self._course.go, args=(self._outcome, now_s), daemon=True).start()

    async def _progress(self, request: Request) -> Response:
        outcome = self._outcome
        if outcome is None or not self._access.is_known(request):
            return see(_FORM)
        link = outcome.invitation
        return _page(
            request,
            "set_up/progress.html",
            _("Set up this box"),
            refresh_s=None if outcome.is_over else _REFRESH_S,
            outcome=outcome,
            picture=qr.svg(link, _("QR code of the invitation")) if link else Markup(),
            address=public_url(outcome.choices, self._machine.box_id),
            goes_elsewhere=outcome.choices.way is not PhonesWay.OWN,
        )

    async def _join(self, request: Request) -> Response:
        await _own_form(request)
        outcome = self._outcome
        if outcome is None or not outcome.is_over or not self._access.is_known(request):
            return see(_FORM)
        asyncio.get_running_loop().call_later(1, self._join_later, outcome.choices)
        address = public_url(outcome.choices, self._machine.box_id)
        return _page(request, "set_up/joined.html", _("Set up this box"), address=address)

    def _join_later(self, choices: Choices) -> None:
        """After the answer has left: it goes over the network that is being left."""
        Thread(target=self._machine.join, args=(choices,), daemon=True).start()

    async def _screen(self, request: Request) -> Response:
        own, addresses = await asyncio.to_thread(
            lambda: (self._machine.own_network, self._machine.addresses())
        )
        joins = joining(*own) if own else ""
        return _page(
            request,
            "set_up/screen.html",
            _("Set up this box"),
            refresh_s=_REFRESH_S * 5,
            own=own,
            picture=qr.svg(joins, _("QR code that joins the WLAN")) if own else Markup(),
            addresses=addresses,
            key=self._key,
        )


def _site(*routes: Route) -> Starlette:
    middleware = [
        Middleware(LanguageMiddleware),
        Middleware(SecurityHeaders, forms="'self'"),
        Middleware(LocalNamesOnly),
    ]
    return Starlette(
        routes=list(routes), middleware=middleware, exception_handlers={BoxdError: _refused}
    )


async def _refused(request: Request, error: Exception) -> Response:
    """A form that is too long, too slow, or of a foreign page."""
    return respond(request, message(_("That did not work"), _PRODUCT, str(error), status=400))


def _page(
    request: Request,
    template: str,
    title: str,
    status: int = 200,
    *,
    script: str = "",
    refresh_s: int | None = None,
    **content: object,
) -> Response:
    page = HtmlPage(
        template, title, _PRODUCT, content, script=script, status=status, refresh_s=refresh_s
    )
    return respond(request, page)


async def _own_form(request: Request) -> dict[str, str]:
    """The form, which only the box's own pages may send. Raises BoxdError."""
    if why := why_origin_refused(request.headers):
        raise BoxdError(why)
    return await read_form(request)
