"""The hub's pages: the boxes as tiles, people, sums and trails of all, declarations, invitation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

from markupsafe import Markup
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from boxd.errors import BadInput, TemporalUnavailable
from boxd.fleet_invitation import FleetInvitation, as_token
from boxd.hub.hub import HeardBox, Hub
from boxd.hub.key import KeyOnly
from boxd.hub.lookups import newest_first, summed
from boxd.ledger.ledger import as_text
from boxd.machine_clock import utc_now
from boxd.organiser import declaration_file
from boxd.phones import qr, words
from boxd.web.host_check import SameHostOnly
from boxd.web.page_policy import page_policy
from boxd.web.templates import render
from boxd.words import number as spelled_number
from boxd.workflows.fleet.hub_workflows import (
    FindPeopleWorkflow,
    SearchTrailWorkflow,
    SumUpWorkflow,
)
from boxd.workflows.fleet.lookup_messages import Lookup

_STYLE = Path(__file__).parents[1] / "console" / "static" / "console.css"
_TILES = Path(__file__).parent / "static" / "hub.css"
_REFRESH_S = 5
T = TypeVar("T")
# A box's clock that is further off gets a word on its tile.
_CLOCK_OFF_S = 30.0


@dataclass(frozen=True)
class Tile:
    """A box, and what its tile says besides its report."""

    box: HeardBox
    heard_s_ago: int | None
    clock_off_s: int

    @property
    def is_well(self) -> bool:
        """Whether nothing about the box needs somebody."""
        report = self.box.report
        return self.box.answers and report is not None and report.state == "ready"


def tile(box: HeardBox, now: datetime) -> Tile:
    """The tile of a box at this moment."""
    if box.report is None or box.heard_at is None:
        return Tile(box, None, 0)
    off = (datetime.fromisoformat(box.report.at) - box.heard_at).total_seconds()
    heard_s_ago = round((now - box.heard_at).total_seconds())
    return Tile(box, heard_s_ago, round(off) if abs(off) > _CLOCK_OFF_S else 0)


def units(boxes: Iterable[HeardBox]) -> dict[str, tuple[int, int]]:
    """Each prize over all boxes: on hand, and given out."""
    found: dict[str, tuple[int, int]] = {}
    for box in boxes:
        for each in box.report.stock if box.report else ():
            on_hand, dispensed = found.get(each.name, (0, 0))
            found[each.name] = (on_hand + each.on_hand, dispensed + each.dispensed)
    return dict(sorted(found.items()))


class Pages:
    """The hub's pages; they are for this computer alone, and for browsers that have the key."""

    def __init__(self, hub: Hub, invitation: FleetInvitation, key: str) -> None:
        self._hub = hub
        self._invitation = invitation
        self._key = key

    def application(self) -> Starlette:
        """The pages as an application."""
        return Starlette(
            routes=[
                Route("/", self._boxes),
                Route("/people", self._people, methods=["GET", "POST"]),
                Route("/report", self._report),
                Route("/audit", self._trail, methods=["GET", "POST"]),
                Route("/declare", self._declare, methods=["GET", "POST"]),
                Route("/invite", self._invite),
            ],
            middleware=[Middleware(SameHostOnly), Middleware(KeyOnly, key=self._key)],
        )

    async def _boxes(self, _: Request) -> Response:
        boxes = self._hub.boxes()
        return self._page(
            "boxes.html",
            refresh=_REFRESH_S,
            tiles=[tile(box, utc_now()) for box in boxes],
            units=units(boxes),
        )

    async def _people(self, request: Request) -> Response:
        text = await _search(request)
        ask = partial(self._hub.look_up, FindPeopleWorkflow.run, Lookup(text))
        found, why_not = await _told(ask) if text else (None, "")
        return self._page(
            "people.html", text=text, found=found, why_not=why_not, code_label=words.code_label
        )

    async def _report(self, request: Request) -> Response:
        today = request.query_params.get("period") != "all"
        midnight = utc_now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
        wanted = Lookup(since=as_text(midnight.astimezone(UTC)) if today else None)
        found, why_not = await _told(partial(self._hub.look_up, SumUpWorkflow.run, wanted))
        return self._page(
            "report.html",
            today=today,
            found=found,
            sums=summed(found.told) if found else None,
            why_not=why_not,
            number=spelled_number,
        )

    async def _trail(self, request: Request) -> Response:
        text = await _search(request)
        ask = partial(self._hub.look_up, SearchTrailWorkflow.run, Lookup(text))
        found, why_not = await _told(ask)
        return self._page(
            "trail.html",
            text=text,
            found=found,
            rows=newest_first(found.told) if found else (),
            why_not=why_not,
            moment=words.moment,
            now=utc_now(),
        )

    async def _declare(self, request: Request) -> Response:
        text, why_not = "", ""
        if request.method == "POST":
            async with request.form(max_fields=2) as form:
                text = str(form.get("text", ""))
            try:
                declaration_file.read(text)
                await self._hub.declare(text)
            except (BadInput, TemporalUnavailable) as error:
                why_not = str(error)
            else:
                return RedirectResponse("/declare", status_code=303)
        brought, _ = await _told(self._hub.brought)
        return self._page("declare.html", text=text, why_not=why_not, brought=brought)

    async def _invite(self, _: Request) -> Response:
        word = as_token(self._invitation)
        return self._page("invite.html", word=word, qr=qr.svg(word, "the invitation"))

    def _page(self, template: str, refresh: int = 0, **content: object) -> Response:
        page = render(
            f"hub/{template}",
            event=self._hub.event,
            why_alone=self._hub.why_alone,
            refresh=refresh,
            style=Markup(_style()),  # noqa: S704 - the package's own files
            **{"found": None, "why_not": "", **content},
        )
        headers = {
            "Content-Security-Policy": page_policy(_style(), ""),
            "Referrer-Policy": "same-origin",
            "Cache-Control": "no-store",
        }
        return Response(page, media_type="text/html", headers=headers)


async def _search(request: Request) -> str:
    """What is looked for. Posted, so that names stay out of addresses."""
    if request.method != "POST":
        return ""
    async with request.form(max_fields=2) as form:
        return str(form.get("text", "")).strip()


async def _told(ask: Callable[[], Awaitable[T]]) -> tuple[T | None, str]:
    """What is asked for; None and why not while it can't be had."""
    try:
        return await ask(), ""
    except TemporalUnavailable as error:
        return None, str(error)


@cache
def _style() -> str:
    return _STYLE.read_text(encoding="utf-8") + _TILES.read_text(encoding="utf-8")
