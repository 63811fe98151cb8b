"""The language of an answer: the page's switch, the browser's wish, the box's own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from boxd import words
from boxd.web.language import LanguageMiddleware
from boxd.words.catalogue import words_in

PATHS = ("/", "/a/card", "/api/v1/codes")


async def say(_request: Request) -> Response:
    """The language of this request."""
    return PlainTextResponse(words.gettext("Locker"))


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    """A browser before a box that speaks German."""
    routes = [Route(path, say, methods=["GET", "POST"]) for path in PATHS]
    spoken = Middleware(LanguageMiddleware, own=words_in("de"))
    app = Starlette(routes=routes, middleware=[spoken])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://box.local") as client:
        yield client


@pytest.mark.parametrize(
    ("path", "wish", "said"),
    [
        ("/", "fr", "Fach"),  # the operator's screen
        ("/a/card", "fr-CA, en;q=0.5", "Casier"),
        ("/a/card", "", "Fach"),
        ("/a/card", "pt", "Fach"),
        ("/api/v1/codes", "", "Locker"),  # a program
        ("/api/v1/codes", "es", "Casilla"),  # the screen's own request
    ],
)
async def test_who_asks_decides_but_for_the_screen(
    browser: httpx.AsyncClient, path: str, wish: str, said: str
) -> None:
    headers = {"Accept-Language": wish} if wish else {}
    assert (await browser.get(path, headers=headers)).text == said


async def test_the_switch_of_a_page_counts_at_once_and_is_remembered(
    browser: httpx.AsyncClient,
) -> None:
    chosen = await browser.get("/a/card?language=ja", headers={"Accept-Language": "fr"})
    assert chosen.text == "ロッカー"
    assert "HttpOnly" in chosen.headers["set-cookie"]
    assert (await browser.get("/a/card", headers={"Accept-Language": "fr"})).text == "ロッカー"
    other = await browser.get("/a/card?language=xx")
    assert (other.text, "set-cookie" in other.headers) == ("ロッカー", False)
