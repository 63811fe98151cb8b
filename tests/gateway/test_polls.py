"""Phones that poll: as long as nothing changes for an attendee, the daemon is not asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from boxd.api.app import Application
from boxd.config import Config
from tests.api.live_box import LiveBox, live_box
from tests.gateway.network import DEADLINE_S, configured_for_phones, phones_network
from tests.temporal.conftest import until


@pytest.fixture
async def box(config: Config) -> AsyncIterator[LiveBox]:
    async with live_box(configured_for_phones(config)) as box:
        yield box


@dataclass
class Counted:
    """The phones' application, and what it was asked for."""

    app: ASGIApp
    paths: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.paths.append(scope["path"])
        await self.app(scope, receive, send)


class CountedApplication(Application):
    """Counts what comes to the daemon."""

    counted: Counted

    def for_phones(self) -> ASGIApp:  # type: ignore[override]
        self.counted = Counted(super().for_phones())
        return self.counted


async def link_of(box: LiveBox, reference: str, renew: bool = False) -> str:
    [link] = await box.phones.links.of_attendees([reference], renew, "anna")
    return httpx.URL(link.url).path


async def test_what_is_still_true_is_answered_without_the_daemon(box: LiveBox) -> None:
    made = CountedApplication(box.served, box.front, phone_routes=box.phones.routes)
    ada, bea = await link_of(box, "ada"), await link_of(box, "bea")
    box.receive("mug", 5)
    async with (
        phones_network(box, made) as network,
        httpx.AsyncClient(base_url=network.url) as phone,
    ):

        async def poll(path: str, etag: str = "") -> httpx.Response:
            return await phone.get(f"{path}/now", headers={"If-None-Match": etag} if etag else {})

        first, other = await poll(ada), await poll(bea)
        etag, others_etag = first.headers["etag"], other.headers["etag"]
        assert not any(name.startswith("boxd-c") for name in first.headers)
        asked = len(made.counted.paths)
        for _ in range(3):
            answer = await poll(ada, etag)
            assert (answer.status_code, answer.content) == (304, b"")
        assert len(made.counted.paths) == asked

        box.issue("mug", "ada")  # as a command does; the loop hears of it with the next commit
        await box.ledger.write(lambda tx: None)
        await until(lambda: network.gateway.link.epoch > 1, "the change")
        async with asyncio.timeout(DEADLINE_S):
            while (changed := await poll(ada, etag)).status_code != httpx.codes.OK:
                pass
        assert "Your code" in changed.text
        asked = len(made.counted.paths)
        assert (await poll(bea, others_etag)).status_code == 304  # nothing was hers
        assert len(made.counted.paths) == asked

        again = await poll(ada, changed.headers["etag"])
        assert again.status_code == 304
        await link_of(box, "ada", renew=True)
        async with asyncio.timeout(DEADLINE_S):
            while (gone := await poll(ada, changed.headers["etag"])).status_code == 304:
                pass
        assert gone.status_code == 404
