"""The listener for the booth's network, over real sockets: what it refuses, limits and encrypts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from boxd.api.app import Application
from boxd.api.bodies import IMPORT_LIMIT
from boxd.gateway.request import LONGEST_BODY
from boxd.gateway.settings import Deadlines
from boxd.phones.answering import SiteInfo, respond_to_error
from boxd.roles import Role
from boxd.web.request_body import BODY_LIMIT
from tests.api.listening import DEADLINE_S, events
from tests.api.live_box import LiveBox, bearer, client
from tests.browser.phones import LOOKED_AT
from tests.gateway.network import phones_network

HOST = "127.0.0.1"
PRIZES = "/api/v1/prizes"


@pytest.fixture
async def url(box: LiveBox) -> AsyncIterator[str]:
    async with phones_network(box) as network:
        yield network.url


async def test_a_wrong_address_and_a_mistake_of_ours_are_pages_for_people(box: LiveBox) -> None:
    async def broken(_request: Request) -> Response:
        raise ZeroDivisionError

    place = SiteInfo(lambda: "Prize box", lambda: "http://box-1.local:4322")
    made = Application(
        box.served,
        phone_routes=[Route("/broken", broken)],
        phone_errors=partial(respond_to_error, place),
    )
    transport = httpx.ASGITransport(made.for_phones(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://box-1.local:4322") as phone:
        for path, status, words in (
            ("/a", 404, "There is nothing here"),
            ("/broken", 500, "ask at the booth"),
        ):
            answer = await phone.get(path)
            assert answer.status_code == status
            assert answer.headers["content-type"].startswith("text/html")
            assert words in answer.text
        api = await phone.get("/api/v1/nowhere")
        assert api.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path",
    [
        "/snapshot",
        "/events",
        "/readyz",
        "/static/hud.js",
        "/sim",
        "/sim/api/state",
        "/api/v1/devices/events",
        "/api/v1/",
    ],
)
async def test_nothing_of_the_operators_is_there(box: LiveBox, path: str) -> None:
    phone = client(box.application().for_phones(), **bearer(box.token("it")))
    assert (await phone.get(path)).status_code == 404
    assert "hud.js" not in (await phone.get("/")).text


async def test_events_go_to_whoever_may_have_them(url: str, box: LiveBox) -> None:
    async with (
        asyncio.timeout(DEADLINE_S),
        httpx.AsyncClient(base_url=url, headers=bearer(box.token("it"))) as phone,
        phone.stream("GET", "/api/v1/events") as response,
    ):
        name, shown = await anext(events(response))
        assert (name, shown["box"]["id"]) == ("snapshot", "box-1")


@pytest.mark.parametrize("role", [Role.ATTENDEE_APP, Role.ATTENDANT])
async def test_events_go_to_nobody_else(box: LiveBox, role: Role) -> None:
    phone = client(box.application().for_phones(), **bearer(box.token("it", role)))
    assert (await phone.get("/api/v1/events")).status_code == 403


async def test_phones_do_not_take_the_operators_streams(box: LiveBox) -> None:
    app = box.application()
    assert app.for_phones().state.listener.streams is not app.for_tcp().state.listener.streams


async def test_an_address_that_asks_too_often_waits(box: LiveBox) -> None:
    headers = bearer(box.token("it"))
    async with (
        phones_network(box, rate_per_address=60) as network,
        httpx.AsyncClient(base_url=network.url, headers=headers) as asking,
    ):
        statuses = [(await asking.get(PRIZES)).status_code for _ in range(7)]
        refused = await asking.get("/api/v1/nowhere")

    assert statuses == [200] * 6 + [429]
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert refused.json()["type"] == "urn:boxd:problem:too-many-requests"
    assert refused.headers["x-content-type-options"] == "nosniff"


async def test_forged_tokens_are_counted_by_address(box: LiveBox) -> None:
    async with (
        phones_network(box, rate_per_address=60) as network,
        httpx.AsyncClient(base_url=network.url) as asking,
    ):
        statuses = [
            (await asking.get(PRIZES, headers=bearer(f"boxd_{n}_{'A' * 43}"))).status_code
            for n in range(1, 9)
        ]
    assert statuses == [401] * 6 + [429] * 2


async def test_a_token_that_asks_too_often_waits_at_every_listener(box: LiveBox) -> None:
    app = box.application(rate_per_token=60)
    headers = bearer(box.token("it"))
    outside, inside = client(app.for_phones(), **headers), client(app.for_tcp(), **headers)
    for _ in range(3):
        assert (await outside.get(PRIZES)).status_code == 200
        assert (await inside.get(PRIZES, headers={"Host": "localhost"})).status_code == 200
    refused = await inside.get(PRIZES, headers={"Host": "localhost"})
    assert (refused.status_code, "token 'it' asks" in refused.json()["detail"]) == (429, True)
    other = client(app.for_phones(), **bearer(box.token("other")))
    assert (await other.get(PRIZES)).status_code == 200


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/api/v1/codes", BODY_LIMIT + 1, 413),
        ("/api/v1/prizes/import", BODY_LIMIT + 1, 422),
        ("/api/v1/prizes/import", IMPORT_LIMIT + 1, 413),
    ],
)
async def test_a_body_has_a_limit(
    url: str, box: LiveBox, path: str, size: int, status: int
) -> None:
    async with httpx.AsyncClient(base_url=url, headers=bearer(box.token("it"))) as phone:
        response = await phone.post(path, content=b" " * size)
    assert response.status_code == status


def test_every_page_for_phones_is_looked_at_in_a_browser(box: LiveBox) -> None:
    pages = {each.path for each in box.phones.routes if "GET" in (each.methods or ())}
    not_shown = {"/a/keep.js", "/a/{link}/now", "/a/{link}/photo/{kind}", "/pictures/{digest}.jpg"}
    others = {each for each in pages if each.startswith(("/o", "/w", "/first-"))}
    assert pages - not_shown - others == LOOKED_AT


async def test_what_is_too_large_is_told_to_people_in_their_language_and_to_programs_as_a_problem(
    url: str,
) -> None:
    large = b" " * (LONGEST_BODY + 1)
    async with httpx.AsyncClient(base_url=url, headers={"Accept-Language": "de"}) as phone:
        page = await phone.post("/a/some-link/photo", content=large)
        problem = await phone.post("/api/v1/prizes/import", content=large)
    assert (page.status_code, problem.status_code) == (413, 413)
    assert "höchstens 8 MB" in page.text
    assert problem.json()["detail"] == f"a body has {LONGEST_BODY} bytes at most; send less"


async def test_a_body_that_does_not_come_is_not_waited_for(box: LiveBox) -> None:
    head = "POST /api/v1/codes HTTP/1.1", f"Host: {HOST}", "Content-Length: 2"
    token = bearer(box.token("it"))["Authorization"]
    async with phones_network(box, deadlines=Deadlines(body_s=0.05)) as network:
        reader, writer = await asyncio.open_connection(HOST, network.port)
        writer.write("\r\n".join((*head, f"Authorization: {token}", "", "{")).encode())
        async with asyncio.timeout(DEADLINE_S):
            said = await reader.readline()
        writer.close()
    assert said.split()[1] == b"408"


async def test_other_pages_may_not_read_answers_unless_configured(box: LiveBox) -> None:
    page = {"Origin": "https://event.example"}
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x"}
    closed = client(box.application().for_phones(), **bearer(box.token("it")), **page)
    for response in (
        await closed.get(PRIZES),
        await closed.options(PRIZES, headers=asked),
    ):
        assert "access-control-allow-origin" not in response.headers

    opened = box.application(cors_origins=["https://event.example"]).for_phones()
    asked["Access-Control-Request-Headers"] = "authorization, content-type, idempotency-key"
    preflight = await client(opened, **page).options(PRIZES, headers=asked)
    assert preflight.headers["access-control-allow-origin"] == "https://event.example"
    elsewhere = {"Origin": "https://evil.example"}
    refused = await client(opened, **bearer(box.token("two")), **elsewhere).get(PRIZES)
    assert "access-control-allow-origin" not in refused.headers


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://box-1.local:4322"}, 401),
        ({"Sec-Fetch-Site": "same-origin"}, 401),
        ({}, 401),
    ],
)
async def test_a_foreign_page_presses_nothing(
    box: LiveBox, headers: dict[str, str], status: int
) -> None:
    response = await client(box.application().for_phones(), **headers).post("/api/v1/codes")
    assert response.status_code == status


async def test_a_browser_is_kept_to_what_the_box_serves(url: str) -> None:
    async with httpx.AsyncClient(base_url=url) as phone:
        headers = (await phone.get("/api/v1/nowhere")).headers
    assert "form-action 'self'" in headers["content-security-policy"]
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert "server" not in headers


async def test_metrics_are_scraped_from_outside_by_a_token_for_that_alone(box: LiveBox) -> None:
    outside = client(box.application().for_phones())
    assert (await outside.get("/metrics")).status_code == 401
    narrow = bearer(box.token("prometheus", Role.VIEWER, only=("metrics",)))
    scraped = await outside.get("/metrics", headers=narrow)
    assert scraped.headers["content-type"].startswith("text/plain")
    assert "boxd_ready 1.0" in scraped.text.splitlines()
    assert (await outside.get("/api/v1/status", headers=narrow)).status_code == 403
    attendant = bearer(box.token("floor", Role.ATTENDANT))
    assert (await outside.get("/metrics", headers=attendant)).status_code == 403
