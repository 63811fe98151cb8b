"""A hub and boxes at a real server: what it shows, what it brings, and what it loses: nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from boxd.config.schema import Temporal
from boxd.daemon.hub_activities import HubActivities
from boxd.fleet_invitation import FleetInvitation, as_token
from boxd.hub.hub import Hub
from boxd.hub.pages import Pages
from boxd.ledger import stock
from boxd.ledger.ledger import as_text
from boxd.machine_clock import utc_now
from tests.temporal.conftest import directory, made, settings
from tests.workflows.event import until
from tests.workflows.fleet.boxes import EVENT, SEAL, LinkedBox, fleet

__all__ = ["directory", "made", "settings"]

KEY = "of-this-hub"

CAPS = """
[[prizes]]
sku = "cap"
name = "Cap"

[[tasks]]
id = "quiz"
name = "Quiz"
text = "Answer it."
verdict = true
prizes = ["cap"]
"""


@dataclass
class Screen:
    """What a box's own screen shows."""

    box: LinkedBox
    waits: list[dict[str, Any]] = field(default_factory=list)

    def snapshot(self) -> dict[str, Any]:
        return {
            "box": {"name": f"Hall {self.box.number}", "boxd": "1.2.3"},
            "at": "2026-01-01T00:00:00.000Z",  # of its last change, a while ago
            "health": {"state": "ready", "why": ""},
            "prompts": self.waits,
            "alarms": [],
            "stock": self.box.ledger.write_now(lambda tx: stock.countable(tx.connection)),
        }

    async def wait_for_change(self, version: int, timeout_s: float) -> None:
        await asyncio.sleep(timeout_s)

    def ready(self) -> tuple[bool, str]:
        return True, ""


async def connect(box: LinkedBox) -> Screen:
    """Connect a box that reports to hubs."""
    screen = Screen(box)
    await box.connect(for_the_hub=HubActivities(screen, box.ledger, box.number).all())
    return screen


@asynccontextmanager
async def hub(settings: Temporal) -> AsyncIterator[httpx.AsyncClient]:
    """A hub, and a browser at it."""
    address = f"127.0.0.1:{settings.port}"
    running = Hub(EVENT, Temporal(address=address), SEAL)
    pages = Pages(running, FleetInvitation(EVENT, address, "ab" * 32, 8), KEY).application()
    working = asyncio.create_task(running.run())
    transport = httpx.ASGITransport(pages)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as browser:
        assert (await browser.get("/")).status_code == 403
        assert (await browser.get(f"/?key={KEY}x")).status_code == 403
        assert (await browser.get(f"/?key={KEY}")).headers["location"] == "/"
        yield browser
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working


async def until_shown(browser: httpx.AsyncClient, *texts: str, path: str = "/") -> str:
    """Wait until the page has all of the texts."""
    page = ""

    async def is_shown() -> bool:
        nonlocal page
        page = (await browser.get(path)).text
        return all(text in page for text in texts)

    await until(is_shown, f"{texts} at {path}")
    return page


async def test_the_boxes_are_tiles_and_a_new_hub_knows_them_again(
    directory: Path, settings: Temporal
) -> None:
    async with fleet(directory, settings, 2) as boxes:
        screens = [await connect(box) for box in boxes]
        screens[1].waits.append(
            {"bay": "bay-1", "bay_name": "Left", "title": "Load a mug", "since": as_text(utc_now())}
        )
        async with hub(settings) as browser:
            page = await until_shown(browser, "1 Hall 1", "2 Hall 2", "Left: Load a mug")
            assert page.count('class="is-good"') == 2
            assert "Its clock is" not in page
            assert "<tr><th>Mug</th><td>4</td><td>0</td></tr>" in page  # of both together
            await boxes[1].cut()
            await until_shown(browser, "Away. It goes on alone", "2 Hall 2")
        async with hub(settings) as browser:
            await until_shown(browser, "1 Hall 1", "Not heard yet")
            await connect(boxes[1])
            await until_shown(browser, "2 Hall 2")


async def test_what_is_declared_once_comes_to_every_box_also_to_one_that_was_away(
    directory: Path, settings: Temporal
) -> None:
    async with fleet(directory, settings, 2) as boxes:
        for box in boxes:
            await connect(box)
        async with hub(settings) as browser:
            await until_shown(browser, "1 Hall 1", "2 Hall 2")
            await boxes[1].cut()
            posted = await browser.post("/declare", data={"text": CAPS})
            assert posted.status_code == 303
            await until_shown(browser, "in effect", "not yet", path="/declare")
        # The order is the service's: no hub is needed for it to be remembered.
        await connect(boxes[1])
        async with hub(settings) as browser:

            async def has_cap() -> bool:
                known = await boxes[1].ledger.read(stock.listing)
                return [each["name"] for each in known if each["sku"] == "cap"] == ["Cap"]

            await until(has_cap, "the prize at the box that was away")
            await until_shown(browser, "in effect", path="/declare")


async def test_a_box_that_joins_later_gets_what_was_declared_before(
    directory: Path, settings: Temporal
) -> None:
    async with fleet(directory, settings, 2) as boxes:
        await connect(boxes[0])
        async with hub(settings) as browser:
            await until_shown(browser, "1 Hall 1")
            await browser.post("/declare", data={"text": CAPS})
            await until_shown(browser, '1</b> <span class="good">in effect', path="/declare")
            await connect(boxes[1])
            await until_shown(browser, '2</b> <span class="good">in effect', path="/declare")
            known = await boxes[1].ledger.read(stock.listing)
            assert "cap" in {each["sku"] for each in known}


async def test_people_sums_and_trails_of_all_boxes_are_looked_up_in_one_place(
    directory: Path, settings: Temporal
) -> None:
    async with fleet(directory, settings, 2) as boxes:
        for box, name in zip(boxes, ("Ada Lovelace", "ADA"), strict=True):
            await connect(box)
            standing = await box.enter(await box.issue(name))
            await box.give_out(standing)
        async with hub(settings) as browser:
            await until_shown(browser, "1 Hall 1", "2 Hall 2")
            people = (await browser.post("/people", data={"text": "ada"})).text
            assert people.index("Box 1") < people.index("Ada Lovelace") < people.index("Box 2")
            assert people.count('Mug <span class="label ">used') == 2
            report = (await browser.get("/report")).text
            assert "<b>2</b><span>given out</span>" in report
            assert report.count('<tr><th scope="row">2</th><td>1</td>') == 1  # box 2's share
            trail = (await browser.post("/audit", data={"text": "code.issued"})).text
            assert trail.count('<td data-label="What">code.issued</td>') == 2

            await boxes[1].cut()
            people = (await browser.post("/people", data={"text": "ada"})).text
            assert "Box 2 did not answer" in people
            assert "Ada Lovelace" in people


async def test_a_box_that_refuses_is_told_from_those_that_did_not(
    directory: Path, settings: Temporal
) -> None:
    async with fleet(directory, settings, 1) as boxes:
        await connect(boxes[0])
        async with hub(settings) as browser:
            await until_shown(browser, "1 Hall 1")
            wrong = await browser.post("/declare", data={"text": "[[prize]]"})
            assert "Extra inputs are not permitted" in wrong.text
            needs_a_prize = CAPS[CAPS.index("[[tasks]]") :]
            await browser.post("/declare", data={"text": needs_a_prize})
            await until_shown(browser, "cap", '1</b> <span class="bad">', path="/declare")
            foreign = {"origin": "http://elsewhere"}
            refused = await browser.post("/declare", data={"text": CAPS}, headers=foreign)
            assert refused.status_code == 403


async def test_the_invitation_is_a_word_and_a_code(directory: Path, settings: Temporal) -> None:
    async with hub(settings) as browser:
        page = (await browser.get("/invite")).text
        word = as_token(FleetInvitation(EVENT, f"127.0.0.1:{settings.port}", "ab" * 32, 8))
        assert word in page
        assert "<svg" in page
