"""Many phones behind one address, and a stranger among them: none is told to wait."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.applications import Starlette

from boxd.roles import Role
from tests.api.live_box import LiveBox, client, live_box
from tests.api.test_staff_sessions import enrolled, with_phones

CARDS = 40
POLLS = 5


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[LiveBox]:
    async with live_box(with_phones(tmp_path)) as box:
        yield box


@pytest.fixture
def app(box: LiveBox) -> Starlette:
    """The booth's network with six requests at once for an address, and 30 for a phone."""
    return box.application(rate_per_address=60).for_phones()


async def cards(box: LiveBox, many: int) -> list[str]:
    names = [f"badge-{number}" for number in range(many)]
    links = await box.services.links.of_attendees(names, renew=False, actor="anna")
    return [each.url.removeprefix("http://box-1.local:4322") for each in links]


async def use_up(app: Starlette) -> None:
    """A stranger behind the same address asks nonsense until they are told to wait."""
    stranger = client(app)
    while (await stranger.get("/nonsense")).status_code != 429:
        pass


async def test_a_venue_s_phones_poll_behind_one_address(box: LiveBox, app: Starlette) -> None:
    links = await cards(box, CARDS)
    await use_up(app)
    for _ in range(POLLS):
        for link in links:
            assert (await client(app).get(f"{link}/now")).status_code == 200


async def test_a_scan_counts_while_a_stranger_uses_the_address_up(
    box: LiveBox, app: Starlette
) -> None:
    (link,) = await cards(box, 1)
    (sign, *_) = await box.services.links.of_checkpoints([], renew=False, actor="anna")
    phone = client(app)
    await phone.get(link)
    await use_up(app)
    scanned = await phone.get(sign.url.removeprefix("http://box-1.local:4322"))
    assert scanned.status_code == 503  # taken, and there is no server to count it: live_box.py


async def test_one_phone_that_asks_too_often_waits_alone_and_in_words(
    box: LiveBox, app: Starlette
) -> None:
    first, second = await cards(box, 2)
    for _ in range(500):
        answer = await client(app).get(f"{first}/now")
        if answer.status_code == 429:
            break
    assert (answer.status_code, answer.headers["content-type"][:9]) == (429, "text/html")
    assert "tries again by itself" in answer.text
    assert (await client(app).get(second)).status_code == 200


async def test_a_made_up_link_is_counted_by_its_address(box: LiveBox, app: Starlette) -> None:
    statuses = [(await client(app).get(f"/a/{'A' * 22}{n:02}")).status_code for n in range(8)]
    assert statuses == [404] * 6 + [429] * 2


async def test_staff_go_on_beside_a_stranger(box: LiveBox, app: Starlette) -> None:
    phone = await enrolled(box, Role.ATTENDANT, app)
    assert (await phone.get("/i")).status_code == 200
    await use_up(app)
    assert (await phone.get("/api/v1/status")).status_code == 200
    forged = client(app)
    forged.cookies.set("boxd_staff", "boxds_1_" + "A" * 43)
    assert (await forged.get("/i")).status_code == 429
