"""The first organiser: by a QR code at the box, until there is one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from boxd.api.app import Application
from boxd.phones import qr
from boxd.roles import Role
from tests.api.live_box import LiveBox, client, configured, live_box
from tests.api.test_staff_sessions import OWN, enrolled, with_phones

_SHOWN = "/first-invitation.svg"


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[LiveBox]:
    async with live_box(with_phones(tmp_path)) as box:
        yield box


@pytest.fixture
def scanned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a camera reads from each QR code that was drawn."""
    read: list[str] = []
    draw = qr.svg_file

    def drawn(url: str) -> bytes:
        read.append(url)
        return draw(url)

    monkeypatch.setattr(qr, "svg_file", drawn)
    return read


def screen(app: Application) -> httpx.AsyncClient:
    return client(app.for_tcp(), Host="localhost")


async def is_offered(app: Application) -> bool:
    answer = await screen(app).get("/first-invitation")
    return bool(answer.json()["offered"])


async def test_the_box_shows_it_until_there_is_an_organiser(
    box: LiveBox, scanned: list[str]
) -> None:
    app = box.application()
    assert await is_offered(app)
    shown = await screen(app).get(_SHOWN)
    assert shown.headers["content-type"].startswith("image/svg+xml")
    path = scanned[-1].removeprefix("http://box-1.local:4322")

    phone, late = client(app.for_phones()), client(app.for_phones())
    assert "has no organiser yet" in (await phone.get(path)).text
    unnamed = await phone.post(path, data={"name": " "}, headers=OWN)
    assert (unnamed.status_code, await is_offered(app)) == (422, True)
    named = await phone.post(path, data={"name": "Ida"}, headers=OWN)
    assert (named.status_code, await is_offered(app)) == (303, False)
    assert (await phone.get("/api/v1/audit")).status_code == 200

    assert (await screen(app).get(_SHOWN)).status_code == 404
    refused = await late.post(path, data={"name": "Mallory"}, headers=OWN)
    assert (refused.status_code, "no longer good" in refused.text) == (404, True)
    told = [row["action"] for row in box.trail()[-3:]]
    assert told == ["staff.invited", "staff.enrolled", "staff.first_organiser"]
    events = (await box.settled())["events"]
    assert "Ida organises this box" in events[0]["text"]


async def test_an_attendant_is_no_organiser(box: LiveBox) -> None:
    await enrolled(box, Role.ATTENDANT)
    assert await is_offered(box.application())
    await enrolled(box, Role.ORGANISER, name="Ida")
    assert not await is_offered(box.application())


async def test_the_booth_s_network_does_not_get_it(box: LiveBox) -> None:
    phone = client(box.application().for_phones())
    for path in ("/first-invitation", _SHOWN, "/i/first/", "/i/first/x"):
        assert (await phone.get(path)).status_code == 404


async def test_a_page_elsewhere_cannot_read_it(box: LiveBox) -> None:
    rebound = client(box.application().for_tcp(), Host="evil.example")
    assert (await rebound.get(_SHOWN)).status_code == 421
    shown = await screen(box.application()).get(_SHOWN)
    assert shown.headers["cross-origin-resource-policy"] == "same-origin"


async def test_no_snapshot_and_no_event_has_it(box: LiveBox, scanned: list[str]) -> None:
    await screen(box.application()).get(_SHOWN)
    secret = scanned[-1].rpartition("/")[2]
    assert secret not in str(await box.settled())


async def test_it_is_another_one_after_a_while_and_after_a_restart(
    tmp_path: Path, scanned: list[str]
) -> None:
    config = with_phones(tmp_path)
    for _ in range(2):
        async with live_box(config) as box:
            await screen(box.application()).get(_SHOWN)
            await screen(box.application()).get(_SHOWN)
    assert scanned[0] == scanned[1]
    assert scanned[2] == scanned[3] != scanned[0]


async def test_it_can_be_switched_off(tmp_path: Path) -> None:
    config = with_phones(tmp_path, staff="first_invitation = false\n")
    async with live_box(config) as box:
        assert not await is_offered(box.application())
        assert (await screen(box.application()).get(_SHOWN)).status_code == 404


async def test_without_phones_there_is_nothing_to_scan(tmp_path: Path) -> None:
    async with live_box(configured(tmp_path)) as box:
        assert not await is_offered(box.application())
