"""The language of a request: the reader's own choice, else their browser's, else the box's.

A page's switch leads to the page itself with ?language=…, which the browser then remembers.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from boxd.web.api_prefix import PREFIX
from boxd.words.catalogue import LOCALE, SOURCE, Words, languages, words_in
from boxd.words.speaking import current, speaking
from boxd.words.wished import COOKIE, wished

SWITCH = "language"  # the parameter of a page's address
_YEAR_S = 365 * 86400
# The operator's screen: it speaks the box's language, whatever its browser wishes.
_THE_BOXS = frozenset({"/", "/events", "/snapshot"})


def wished_by(headers: Headers, known: Collection[str], fallback: str) -> str:
    """The first language of `known` that the request wishes; `fallback` if there is none."""
    cookies, accepted = headers.get("cookie", ""), headers.get("accept-language", "")
    return wished(cookies, accepted, known, fallback)


def remembered(language: str) -> str:
    """The Set-Cookie header that keeps the reader's choice; no script needs it."""
    return f"{COOKIE}={language}; Path=/; Max-Age={_YEAR_S}; HttpOnly; SameSite=Lax"


class LanguageMiddleware:
    """Answers each request in its language. `own` is the box's; programs get English by default."""

    def __init__(self, app: ASGIApp, own: Words | None = None, folder: Path = LOCALE) -> None:
        self._app = app
        self._own = own or current()
        self._folder = folder
        self._known = list(languages(folder))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on in its language."""
        chosen = self._chosen(scope)
        if not chosen:
            with speaking(self._words_for(scope)):
                await self._app(scope, receive, send)
            return

        async def send_remembered(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("Set-Cookie", remembered(chosen))
            await send(message)

        with speaking(words_in(chosen, self._folder)):
            await self._app(scope, receive, send_remembered)

    def _chosen(self, scope: Scope) -> str:
        """What the page's switch was turned to just now; empty if it was not touched."""
        if scope["type"] != "http" or scope["method"] != "GET":
            return ""
        chosen = QueryParams(scope["query_string"]).get(SWITCH, "")
        return chosen if chosen in self._known else ""

    def _words_for(self, scope: Scope) -> Words:
        path = str(scope.get("path", ""))
        if path in _THE_BOXS:
            return self._own
        fallback = SOURCE if path.startswith(f"{PREFIX}/") else self._own.language
        return words_in(wished_by(Headers(scope=scope), self._known, fallback), self._folder)
