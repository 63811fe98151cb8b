"""Devices of the staff: enrolled by a button, known to pages and API by their cookie."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from boxd.config import Config, load
from boxd.ledger import staff_sessions
from boxd.roles import EVERYTHING, Role, TaskScope
from tests.api.live_box import LiveBox, client, configured, live_box

OWN = {"Origin": "http://box-1.local"}
FOREIGN = {"Origin": "http://evil.example", "Accept": "text/html"}
PHONE = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"

OFF = "[phones]\n# A second listener"
ON = '[phones]\npublic_url = "http://box-1.local:4322"\n# A second listener'


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[LiveBox]:
    async with live_box(with_phones(tmp_path)) as box:
        yield box


def with_phones(folder: Path, phones: str = ON, staff: str = "") -> Config:
    """The configuration of `make run` with the phones' pages on."""
    file = folder / "boxd.toml"
    configured(folder)
    before, found, after = file.read_text().partition(OFF)
    after = after.replace("enabled = false", "enabled = true", 1)
    after = after.replace("[staff]\n", f"[staff]\n{staff}", 1)
    file.write_text(before + phones + after)
    assert found
    return load(file)


async def invite(
    box: LiveBox,
    role: Role = Role.ATTENDANT,
    name: str = "Eva",
    scope: TaskScope = EVERYTHING,
) -> str:
    """The path of a new invitation."""
    invited = await box.services.staff.invite(name, role, "anna", 24, scope)
    return "/i/" + invited.url.rpartition("/")[2]


async def enrolled(
    box: LiveBox,
    role: Role = Role.ATTENDANT,
    app: Starlette | None = None,
    name: str = "Eva",
    scope: TaskScope = EVERYTHING,
) -> httpx.AsyncClient:
    """A phone that has opened an invitation and pressed its button."""
    phone = client(app or box.application().for_phones(), **{"User-Agent": PHONE})
    answer = await phone.post(await invite(box, role, name, scope), headers=OWN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/i")
    return phone


async def test_looking_at_an_invitation_uses_nothing_up(box: LiveBox) -> None:
    path = await invite(box)
    phone = client(box.application().for_phones())
    for _ in range(3):
        shown = await phone.get(path)
        assert (shown.status_code, "Use this device as Eva (attendant)?" in shown.text) == (
            200,
            True,
        )
        assert "set-cookie" not in shown.headers
    assert (await phone.post(path, headers=OWN)).status_code == 303
    assert "last used" in (await phone.get("/i")).text


async def test_one_invitation_enrols_one_device(box: LiveBox) -> None:
    path = await invite(box)
    first, second = (client(box.application().for_phones()) for _ in range(2))
    assert (await first.post(path, headers=OWN)).status_code == 303
    assert (await first.post(path, headers=OWN)).headers["location"] == "/i"  # pressed twice
    refused = await second.post(path, headers=OWN)
    assert (refused.status_code, "set-cookie" in refused.headers) == (404, False)
    assert "Ask an organiser for another one" in refused.text


async def test_the_cookie_is_kept_from_scripts_and_other_sites(box: LiveBox) -> None:
    answer = await client(box.application().for_phones()).post(await invite(box), headers=OWN)
    attributes = answer.headers["set-cookie"].split("; ")[1:]
    assert {"Path=/", "HttpOnly", "SameSite=Strict"} <= set(attributes)
    assert "Secure" not in attributes  # this box has no TLS


async def test_with_tls_the_cookie_never_travels_in_clear(tmp_path: Path) -> None:
    async with live_box(with_phones(tmp_path, ON.replace("http:", "https:"))) as box:
        answer = await client(box.application().for_phones()).post(await invite(box), headers=OWN)
        assert "Secure" in answer.headers["set-cookie"].split("; ")


async def test_the_api_knows_the_person_and_the_trail_has_the_name(box: LiveBox) -> None:
    box.receive("mug", 3)
    phone = await enrolled(box, Role.ORGANISER)
    body = {"units": 2, "reason": "carton"}
    assert (await phone.post("/api/v1/prizes/mug/adjust", json=body, headers=OWN)).is_success
    assert box.trail()[-1]["actor"] == "Eva (staff)"
    as_another = body | {"actor": "bob"}
    refused = await phone.post("/api/v1/prizes/mug/adjust", json=as_another, headers=OWN)
    assert (refused.status_code, "own person's name" in refused.text) == (422, True)
    assert box.on_hand("mug") == 5


async def test_nobody_may_more_than_the_own_role(box: LiveBox) -> None:
    phone = await enrolled(box, Role.VIEWER)
    assert (await phone.get("/api/v1/prizes")).status_code == 200
    refused = await phone.get("/api/v1/audit")
    assert (refused.status_code, "Eva has the role viewer" in refused.text) == (403, True)


async def test_a_foreign_page_moves_nothing_with_the_cookie_and_is_refused_in_words(
    box: LiveBox,
) -> None:
    box.receive("mug", 3)
    path = await invite(box, name="Finn")
    phone = await enrolled(box, Role.ORGANISER)
    before = box.trail()
    for target in ("/i/leave", "/i/leave-everywhere", path):
        refused = await phone.post(target, headers=FOREIGN | {"Authorization": "Bearer x"})
        assert (refused.status_code, refused.headers["content-type"][:9]) == (403, "text/html")
    api = await phone.post("/api/v1/prizes/mug/adjust", json={}, headers=FOREIGN)
    assert (api.status_code, api.headers["content-type"]) == (403, "application/problem+json")
    assert box.trail() == before


@pytest.mark.parametrize(
    ("host", "origin", "answered"),
    [
        ("box-1.local", "https://box-1.local", 303),
        ("box-1.local", "http://box-1.local", 403),  # whoever is on the way can have written it
        ("box-1.local", "ftp://box-1.local", 403),
        ("", "null", 403),
    ],
)
async def test_over_tls_a_page_that_came_without_is_a_foreign_one(
    box: LiveBox, host: str, origin: str, answered: int
) -> None:
    from_gateway = {"Boxd-Client": "10.0.0.7", "Boxd-Scheme": "https", "Host": host}
    phone = client(box.application().for_phones(), **from_gateway)
    path = await invite(box)
    assert (await phone.post(path, headers={"Origin": origin})).status_code == answered


async def test_on_loopback_a_foreign_page_is_refused_in_words_as_well(box: LiveBox) -> None:
    path = await invite(box)
    browser = client(box.application().for_tcp(), Host="localhost", Accept="text/html")
    refused = await browser.post(path, headers={"Origin": "http://evil.example"})
    assert (refused.status_code, refused.headers["content-type"][:9]) == (403, "text/html")
    own = await browser.post(path, headers={"Origin": "http://localhost"})
    assert own.status_code == 303


async def test_at_the_box_s_own_screen_a_person_keeps_the_own_name_and_a_viewer_is_no_hindrance(
    box: LiveBox,
) -> None:
    app = box.application().for_tcp()
    own = {"Origin": "http://localhost"}
    browser = client(app, Host="localhost")
    await browser.post(await invite(box, Role.ORGANISER), headers=own)
    box.alarm("stock", "mug", "few")
    number = box.snapshots.snapshot()["alarms"] or (await browser.get("/api/v1/alarms")).json()
    alarm = number["alarms"][0]["id"] if isinstance(number, dict) else number[0]["id"]
    assert (await browser.post(f"/api/v1/alarms/{alarm}/clear", json={}, headers=own)).is_success
    assert box.trail()[-1]["actor"] == "Eva (staff)"
    viewer = client(app, Host="localhost")
    await viewer.post(await invite(box, Role.VIEWER, "Finn"), headers=own)
    answer = await viewer.post("/api/v1/redemptions/r-1/loaded", json={"step": 1}, headers=own)
    assert answer.status_code == 404  # no such redemption; the screen itself may


async def test_leaving_ends_the_session_for_a_copy_of_the_cookie_too(box: LiveBox) -> None:
    phone = await enrolled(box)
    copied = client(box.application().for_phones())
    copied.cookies.update(phone.cookies)
    assert (await copied.get("/api/v1/status")).status_code == 200
    await phone.post("/i/leave", headers=OWN)
    ended = await copied.get("/api/v1/status")
    assert (ended.status_code, ended.json()["type"]) == (401, "urn:boxd:problem:session-ended")
    page = await copied.get("/i")
    assert (page.status_code, "No one of the staff" in page.text) == (401, True)


async def test_log_out_everywhere_ends_every_device_of_the_person_and_nobody_else_s(
    box: LiveBox,
) -> None:
    phone, laptop, other = (
        await enrolled(box),
        await enrolled(box),
        await enrolled(box, name="Finn"),
    )
    unused = await invite(box)
    await phone.post("/i/leave-everywhere", headers=OWN)
    assert (await laptop.get("/api/v1/status")).status_code == 401
    assert (await other.get("/api/v1/status")).status_code == 200
    assert (await laptop.get(unused)).status_code == 404


async def test_a_device_that_opens_another_invitation_is_no_longer_the_first_person_s(
    box: LiveBox,
) -> None:
    phone = await enrolled(box)
    path = await invite(box, Role.OPERATOR, "Finn")
    page = (await phone.get(path)).text
    assert "It currently belongs to Eva (attendant)." in page
    await phone.post(path, headers=OWN)
    left = await box.ledger.read(lambda c: staff_sessions.listing(c, "2000"))
    assert [(each.name, each.device) for each in left] == [("Finn", "Chrome (Android)")]


async def test_the_event_s_end_ends_every_session(tmp_path: Path) -> None:
    async with live_box(with_phones(tmp_path)) as box:
        phone = await enrolled(box)
        path = await invite(box)
        cookies = dict(phone.cookies)
    async with live_box(with_phones(tmp_path, staff="until = 2020-01-01T00:00:00Z\n")) as box:
        phone = client(box.application().for_phones())
        phone.cookies.update(cookies)
        assert (await phone.get("/api/v1/status")).status_code == 401
        refused = await phone.post(path, headers=OWN)
        assert (refused.status_code, "The event is over" in refused.text) == (409, True)


@pytest.mark.parametrize("value", ["x", "boxds_1_x", "é"])
async def test_a_forged_cookie_is_nobody(box: LiveBox, value: str) -> None:
    cookie = f"boxd_staff={value}".encode()
    phone = client(box.application().for_phones())
    answer = await phone.get("/api/v1/status", headers=[(b"Cookie", cookie)])
    assert answer.status_code == 401
