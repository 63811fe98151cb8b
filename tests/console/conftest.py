"""A real box without Temporal, and people of the staff before its console."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.types import ASGIApp

from boxd.roles import Role
from tests.api.live_box import LiveBox, configured, live_box

ADDRESS = "http://127.0.0.1:4321"
ONCE = re.compile(r'name="once" value="([^"]+)"')


@dataclass
class Person:
    """Somebody of the staff, before a browser of their own."""

    browser: httpx.AsyncClient

    async def see(self, path: str, status: int = 200) -> str:
        """What can be read on a page."""
        answer = await self.browser.get(path)
        assert answer.status_code == status, words_of(answer)
        return words_of(answer)

    async def press(self, path: str, status: int = 200, /, **fields: str) -> str:
        """Send a form; what can be read on the page that follows."""
        answer = await self.browser.post(path, data=fields)
        assert answer.status_code == status, words_of(answer)
        return words_of(answer)


@dataclass
class Console:
    """A box, and the application with its console."""

    box: LiveBox
    app: ASGIApp

    def browser(self) -> httpx.AsyncClient:
        """A browser that nobody knows."""
        transport = httpx.ASGITransport(self.app, client=("127.0.0.1", 50000))
        return httpx.AsyncClient(transport=transport, base_url=ADDRESS, follow_redirects=True)

    async def person(self, role: Role = Role.ORGANISER, name: str = "Olga") -> Person:
        """Somebody who was invited and has opened the invitation."""
        invited = await self.box.services.staff.invite(name, role, "anna", 24)
        browser = self.browser()
        entered = await browser.post(urlsplit(invited.url).path)
        assert name in words_of(entered)
        return Person(browser)

    def actions(self, action: str) -> list[dict[str, object]]:
        """The audit trail's rows of this kind."""
        return [row for row in self.box.trail() if row["action"] == action]


def words_of(answer: httpx.Response) -> str:
    """What can be read on a page."""
    visible = re.sub(r"<(style|script|svg|title)\b.*?</\1>|<[^>]+>", " ", answer.text, flags=re.S)
    return " ".join(unescape(visible).split())


@pytest.fixture
async def console(tmp_path: Path) -> AsyncIterator[Console]:
    async with live_box(configured(tmp_path)) as box:
        yield Console(box, box.application().for_tcp())


@pytest.fixture
async def organiser(console: Console) -> Person:
    return await console.person()
