"""The pages of attendees: their own, by their link, and the checkpoints' signs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from boxd.errors import Refused
from boxd.phones import attendee_view, qr, words
from boxd.phones.answering import SiteInfo, answered, cookie, see
from boxd.phones.attendee_service import AttendeePage, AttendeeService, UnknownPhone
from boxd.phones.forms import number_in, read_form
from boxd.phones.page import HtmlPage, message, packed, respond, source
from boxd.phones.photo_form import read_photo_form
from boxd.task import Demand, TaskState
from boxd.web.templates import render
from boxd.words import gettext as _
from boxd.words import sentence

COOKIE = "boxd_attendee"
_COOKIE_S = 30 * 24 * 3600
_KEPT_S = 24 * 3600  # without TLS there is no worker: the browser's own cache keeps the page
_REFRESH_S = 20
# The standard header for why a page is loaded, and those of older Chrome, Safari and Firefox.
_PURPOSES = ("sec-purpose", "purpose", "x-purpose", "x-moz")


class AttendeePages:
    """The routes of attendees' phones."""

    def __init__(
        self,
        service: AttendeeService,
        place: SiteInfo,
        epoch: Callable[[], int] = lambda: 0,
    ) -> None:
        """`epoch` counts the changes of all pages: docs/adr/0097."""
        self._service = service
        self._place = place
        self._epoch = epoch

    def routes(self) -> list[Route]:
        """Every route, each with its errors as pages."""
        paths = {
            "/": self._home,
            "/a/keep.js": self._keep,
            "/a/{link}": self._own,
            "/a/{link}/now": self._now,
            "/a/{link}/photo/{kind}": self._photo,
            "/c/{link}": self._checkpoint,
        }
        return [
            *(Route(path, answered(self._place, each)) for path, each in paths.items()),
            Route("/a/{link}/submission", answered(self._place, self._hand_in), methods=["POST"]),
            Route("/a/{link}/photo", answered(self._place, self._hand_in_photo), methods=["POST"]),
            Route("/a/{link}/ready", answered(self._place, self._ready), methods=["POST"]),
            Route("/a/{link}/variant", answered(self._place, self._choose), methods=["POST"]),
            Route("/c/leave", answered(self._place, self._leave), methods=["POST"]),
        ]

    async def _home(self, request: Request) -> Response:
        line = _("Scan the QR code on your sheet or badge to see your tasks.")
        return respond(request, message(_("Welcome"), self._place.box, line))

    async def _own(self, request: Request) -> Response:
        link = _link(request)
        shown = await self._service.show(link)
        headers = {"Cache-Control": f"private, max-age={_KEPT_S}", "Set-Cookie": self._known(link)}
        page = HtmlPage(
            template="attendee.html",
            title=_("My tasks"),
            box=self._place.box,
            content=self._content(shown, link),
            who=str(shown.picture.attendee.reference),
            script="attendee.js",
            refresh_s=None if _is_written_on(shown) else _REFRESH_S,
            headers=headers,
            made_ms=self._made_ms(),
        )
        return respond(request, page)

    async def _now(self, request: Request) -> Response:
        link, epoch = _link(request), self._epoch()  # before it is read, or a change would be lost
        shown = await self._service.show(link)
        main = render("phones/attendee_main.html", **self._content(shown, link))
        etag = f'"{hashlib.sha256(main.encode()).hexdigest()[:20]}"'
        headers = {
            "ETag": etag,
            "Boxd-Card": str(shown.picture.attendee.number),
            "Boxd-Epoch": str(epoch),
            "Boxd-True": str(attendee_view.true_for_s(shown, self._place.now())),
            "Boxd-Made": str(self._made_ms()),
        }
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        return packed(request, main, 200, {**headers, "Set-Cookie": self._known(link)})

    def _content(self, shown: AttendeePage, link: str) -> dict[str, object]:
        code = qr.svg(f"{self._place.address}/v/{shown.to_show}", "QR code for the attendant")
        scans = attendee_view.codes_to_scan(shown) if self._place.has_reader else {}
        content = attendee_view.content(shown, link, code, scans, self._place.now())
        return content | {"bays": self._place.bays}

    def _known(self, link: str) -> str:
        """Remember this phone for the checkpoints."""
        return cookie(self._place, COOKIE, link, "/c", "Lax", _COOKIE_S)

    def _made_ms(self) -> int:
        return int(self._place.now().timestamp() * 1000)

    async def _keep(self, _request: Request) -> Response:
        headers = {"Cache-Control": "no-cache"}
        return Response(source("keep.js"), headers=headers, media_type="text/javascript")

    async def _hand_in(self, request: Request) -> Response:
        link, form = _link(request), await read_form(request)
        reply = await self._service.hand_in(
            link, form.get("kind", ""), form.get("text", "").strip()
        )
        if not reply.accepted:
            raise Refused(sentence(reply.why))
        return see(f"/a/{link}?handed-in={reply.standing.step}")

    async def _hand_in_photo(self, request: Request) -> Response:
        link, form = _link(request), await read_photo_form(request)
        reply = await self._service.hand_in_photo(link, form.kind, form.photo)
        if not reply.accepted:
            raise Refused(sentence(reply.why))
        return see(f"/a/{link}?handed-in={reply.standing.step}")

    async def _ready(self, request: Request) -> Response:
        link, form = _link(request), await read_form(request)
        await self._service.ask_for_verdict(link, form.get("kind", ""))
        return see(f"/a/{link}")

    async def _photo(self, request: Request) -> Response:
        kind = str(request.path_params["kind"])
        found = await self._service.photo(_link(request), kind)
        return Response(found, headers={"Cache-Control": "no-store"}, media_type="image/jpeg")

    async def _choose(self, request: Request) -> Response:
        link, form = _link(request), await read_form(request)
        await self._service.choose(link, number_in(form, "code"), form.get("sku", ""))
        return see(f"/a/{link}")

    async def _checkpoint(self, request: Request) -> Response:
        if request.method == "HEAD" or _looks_ahead(request):
            return Response(status_code=204)  # nobody is there yet
        own = request.cookies.get(COOKIE, "")
        try:
            visit = await self._service.visit(_link(request), own)
        except UnknownPhone as stranger:
            return respond(request, self._not_counted(str(stranger)))
        content = {"visit": visit, "own_link": own, "words": words}
        page = HtmlPage("checkpoint.html", visit.sign.name, self._place.box, content)
        return respond(request, page)

    async def _leave(self, request: Request) -> Response:
        """Forget on this phone for whom signs count: another attendee's card was opened on it."""
        page = message(
            _("Not you"),
            self._place.box,
            _("Signs scanned on this phone no longer count for anyone."),
            _("Scan the QR code on your own sheet or badge, then the signs."),
        )
        return respond(request, replace(page, headers={"Set-Cookie": self._unknown()}))

    def _unknown(self) -> str:
        return cookie(self._place, COOKIE, "", "/c", "Lax", 0)

    def _not_counted(self, place: str) -> HtmlPage:
        template = "checkpoint_stranger.html"
        return HtmlPage(
            template, _("Not counted yet"), self._place.box, {"place": place}, status=403
        )


def _link(request: Request) -> str:
    return str(request.path_params["link"])


def _looks_ahead(request: Request) -> bool:
    """Whether a browser loads the page before anybody asks for it, by any header for that."""
    said = [request.headers.get(name, "").lower() for name in _PURPOSES]
    return any(word in value for value in said for word in ("prefetch", "preview", "prerender"))


def _is_written_on(shown: AttendeePage) -> bool:
    """Whether somebody may be writing on the page, which must then not be reloaded."""
    return any(
        task.state is TaskState.OPEN and task.kind.submission is not Demand.NONE
        for task in shown.picture.tasks
    )
