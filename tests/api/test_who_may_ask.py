"""Which names, pages and listeners are answered."""

from __future__ import annotations

import httpx
import pytest

from boxd.api.app import Application
from tests.api.live_box import LiveBox

FAULTS = "/sim/api/faults"
UNPLUG = {"device": "operator-pad", "fault": "unplug"}
# What the operator's screen may press.
LOADED = "/api/v1/redemptions/r-1/loaded"


@pytest.mark.parametrize(
    "host",
    ["localhost:4321", "127.0.0.1:8080", "[::1]:4321", "LOCALHOST", "localhost.", "box-1.local"],
)
async def test_names_of_this_host_are_answered(tcp: httpx.AsyncClient, host: str) -> None:
    assert (await tcp.get("/healthz", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example:4321", "localhost.evil.example", "", "127.0.0.1@evil", "a:b:c", "[::2]"]
)
async def test_other_names_are_told_which_are_known(tcp: httpx.AsyncClient, host: str) -> None:
    response = await tcp.get("/snapshot", headers={"Host": host})
    assert response.status_code == 421
    assert "web.hosts" in response.json()["detail"]
    assert "localhost" in response.json()["detail"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_page_from_elsewhere_presses_no_button(
    tcp: httpx.AsyncClient, box: LiveBox, headers: dict[str, str]
) -> None:
    response = await tcp.post(LOADED, headers=headers)
    assert response.status_code == 403
    assert "may not press the box's buttons" in response.json()["detail"]
    unplugged = await tcp.post(FAULTS, json=UNPLUG, headers=headers)
    assert (unplugged.status_code, box.front.state()["operator"]) == (403, {"connected": True})


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://localhost:4321"}, {"Sec-Fetch-Site": "same-origin"}, {}],
)
async def test_the_boxs_own_page_and_programs_may(
    tcp: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    assert (await tcp.post(LOADED, headers=headers)).status_code == 404  # no such redemption
    assert (await tcp.post(FAULTS, json=UNPLUG, headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/prizes/import"),
        ("POST", "/api/v1/prizes/mug/adjust"),
        ("POST", "/api/v1/codes"),
        ("GET", "/api/v1/codes"),
        ("GET", "/api/v1/codes/1?reveal=1&actor=anna"),
        ("POST", "/api/v1/codes/1/void"),
        ("POST", "/api/v1/lockers/1/open"),
        ("POST", "/api/v1/lockers/1/out-of-service"),
        ("POST", "/api/v1/lockers/1/in-service"),
        ("GET", "/api/v1/audit"),
        ("POST", "/api/v1/alarms/1/clear"),
    ],
)
async def test_what_commands_do_is_not_done_over_tcp_without_a_token(
    tcp: httpx.AsyncClient, box: LiveBox, method: str, path: str
) -> None:
    before = box.trail()
    response = await tcp.request(method, path, json={"reason": "r", "actor": "anna"})
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer realm="boxd"'
    assert "use the boxd command" in response.json()["detail"]
    assert box.trail() == before


async def test_a_browser_is_kept_to_what_the_box_serves(tcp: httpx.AsyncClient) -> None:
    for path in ("/", "/sim", "/static/hud.js", "/snapshot", "/nowhere"):
        headers = (await tcp.get(path)).headers
        assert headers["content-security-policy"].startswith("default-src 'self';")
        assert headers["x-content-type-options"] == "nosniff"


async def test_without_simulation_there_is_no_front(box: LiveBox) -> None:
    transport = httpx.ASGITransport(Application(box.served).for_tcp())
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        for path in ("/sim", "/sim/api/state", "/sim/events"):
            assert (await client.get(path)).status_code == 404
