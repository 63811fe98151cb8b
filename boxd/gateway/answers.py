"""What the gateway answers by itself: pages that were rendered before, and problems in JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from boxd.gateway.request import BadRequest, ClientRequest, Headers
from boxd.gateway.settings import GatewaySettings, GatewayWords, Page
from boxd.words.wished import wished

_NO_STORE = (b"cache-control", b"no-store")
_SNIFF = (b"x-content-type-options", b"nosniff")
_AWAY_S = 4

Answer = tuple[int, Headers, bytes]


class Answers:
    """The gateway's own answers, in the form that fits who asks."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._all_words = settings.words
        self._api = f"{settings.api_prefix}/"

    def away(self, request: ClientRequest) -> Answer:
        """The box can't be reached, or too many ask it."""
        detail = f"the box can't take this just now; nothing was changed, ask again in {_AWAY_S} s"
        if request.path.startswith(self._api):
            return _problem(503, "away", detail, _AWAY_S)
        return _page(self._words(request).away[not request.only_reads])

    def unanswered(self, request: ClientRequest) -> Answer:
        """The box has the request, and went away before it said what became of it."""
        if request.only_reads:
            return self.away(request)
        detail = "the box ended before it replied; look what became of this before you ask again"
        if request.path.startswith(self._api):
            return _problem(503, "not-known-yet", detail)
        return _page(self._words(request).unanswered)

    def bad(self, why: BadRequest) -> Answer:
        """What was sent can't be answered."""
        if why.kind == "too-long" and why.asked and not why.asked.path.startswith(self._api):
            return _page(self._words(why.asked).too_long)
        return _problem(why.status, why.kind, str(why))

    def _words(self, request: ClientRequest) -> GatewayWords:
        cookies, accepted = request.header(b"cookie"), request.header(b"accept-language")
        known = self._all_words
        return known[wished(cookies, accepted, known, next(iter(known)))]

    def health(self, is_up: bool) -> Answer:
        """Whether the box is there."""
        told = {"alive": is_up} if is_up else {"alive": False, "why": "boxd can't be reached"}
        headers = [(b"content-type", b"application/json"), _NO_STORE, _SNIFF]
        return 200 if is_up else 503, headers, json.dumps(told).encode()


def not_modified(etag: str) -> Answer:
    """The client has what is true."""
    return 304, [(b"etag", etag.encode("latin-1")), _NO_STORE], b""


def _page(page: Page) -> Answer:
    headers = [(name.encode(), value.encode()) for name, value in page.headers]
    return page.status, headers, page.body.encode()


_TITLES = {
    400: "Bad request",
    408: "Too slow",
    413: "Body too long",
    431: "Head too long",
    503: "The box can't take this just now",
}


def _problem(status: int, kind: str, detail: str, wait_s: int = 0) -> Answer:
    told = {
        "type": f"urn:boxd:problem:{kind}",
        "title": _TITLES.get(status, "Bad request"),
        "status": status,
        "detail": detail,
    }
    again: Sequence[tuple[bytes, bytes]] = (
        [(b"retry-after", str(wait_s).encode())] if wait_s else []
    )
    headers = [(b"content-type", b"application/problem+json"), _NO_STORE, _SNIFF, *again]
    return status, headers, json.dumps(told, ensure_ascii=False).encode()
