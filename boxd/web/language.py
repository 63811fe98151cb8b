"""The language of a request: the reader's own choice, else their browser's, else the box's."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from pathlib import Path

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from boxd.words.catalogue import LOCALE, SOURCE, languages, words_in
from boxd.words.speaking import speaking

COOKIE = "boxd_language"


def wished(headers: Headers, known: list[str], fallback: str) -> str:
    """The first language of `known` that the request wishes; `fallback` if there is none."""
    chosen = _chosen(headers.get("cookie", ""))
    if chosen in known:
        return chosen
    for each in _accepted(headers.get("accept-language", "")):
        if each in known:
            return each
    return fallback


def _chosen(cookies: str) -> str:
    try:
        found = SimpleCookie(cookies).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _accepted(header: str) -> list[str]:
    """The languages of an Accept-Language header, the dearest first, without their countries."""
    weighed = []
    for part in header[:500].split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            weighed.append((float(weight or 1), tag.partition("-")[0].lower()))
        except ValueError:
            continue
    return [tag for weight, tag in sorted(weighed, key=lambda each: -each[0]) if weight > 0]


class LanguageMiddleware:
    """Answers each request in its language. `fallback` is the box's own."""

    def __init__(self, app: ASGIApp, fallback: str = SOURCE, folder: Path = LOCALE) -> None:
        self._app = app
        self._fallback = fallback
        self._folder = folder
        self._known = list(languages(folder))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on in its language."""
        language = wished(Headers(scope=scope), self._known, self._fallback)
        with speaking(words_in(language, self._folder)):
            await self._app(scope, receive, send)
