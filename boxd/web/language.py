"""The language of a request: the reader's own choice, else their browser's, else the box's."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from boxd.words.catalogue import LOCALE, SOURCE, languages, words_in
from boxd.words.speaking import speaking
from boxd.words.wished import wished


def wished_by(headers: Headers, known: Collection[str], fallback: str) -> str:
    """The first language of `known` that the request wishes; `fallback` if there is none."""
    cookies, accepted = headers.get("cookie", ""), headers.get("accept-language", "")
    return wished(cookies, accepted, known, fallback)


class LanguageMiddleware:
    """Answers each request in its language. `fallback` is the box's own."""

    def __init__(self, app: ASGIApp, fallback: str = SOURCE, folder: Path = LOCALE) -> None:
        self._app = app
        self._fallback = fallback
        self._folder = folder
        self._known = list(languages(folder))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on in its language."""
        language = wished_by(Headers(scope=scope), self._known, self._fallback)
        with speaking(words_in(language, self._folder)):
            await self._app(scope, receive, send)
