"""The listener for the booth's network, over real sockets: what it refuses, limits and encrypts."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from boxd.api import app
from boxd.api.app import Application
from boxd.api.bodies import IMPORT_LIMIT
from boxd.api.server import WebServer
from boxd.errors import ConfigError
from boxd.phones.answering import SiteInfo, respond_to_error
from boxd.roles import Role
from boxd.web import request_body
from boxd.web.request_body import BODY_LIMIT
from boxd.web.tls import Certificate
from tests.api.listening import DEADLINE_S, events
from tests.api.live_box import LiveBox, bearer, client
from tests.web.certificates import fingerprint, write_pair

HOST = "127.0.0.1"
PRIZES = "/api/v1/prizes"
SLOW_TO_READ = b"a key file may begin with any text\n" * 1_000_000


@pytest.fixture
async def url(box: LiveBox) -> AsyncIterator[str]:
    server = WebServer(box.application())
    port = await server.listen_to_phones(HOST, 0, None)
    yield f"http://{HOST}:{port}"
    await server.stop()


async def test_when_too_many_phones_are_there_one_more_reads_so_in_words(
    box: LiveBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "MOST_PHONES", 2)
    place = SiteInfo("Prize box", "http://box-1.local:4322")
    made = Application(box.served, phone_errors=partial(respond_to_error, place))
    server = WebServer(made)
    port = await server.listen_to_phones(HOST, 0, None)
    waiting = [await asyncio.open_connection(HOST, port) for _ in range(2)]
    try:
        async with httpx.AsyncClient(base_url=f"http://{HOST}:{port}") as phone:
            for path, kind in (("/c/x", "text/html"), (PRIZES, "application/problem+json")):
                answer = await phone.get(path)
                assert answer.status_code == 503
                assert answer.headers["content-type"].startswith(kind)
                assert answer.headers["connection"] == "close"
                assert answer.headers["x-content-type-options"] == "nosniff"
            for _, writer in waiting:
                writer.close()
            async with asyncio.timeout(DEADLINE_S):
                while (await phone.get(PRIZES)).status_code == 503:
                    pass  # until the box has seen that they left
    finally:
        await server.stop()


async def test_a_wrong_address_and_a_mistake_of_ours_are_pages_for_people(box: LiveBox) -> None:
    async def broken(_request: Request) -> Response:
        raise ZeroDivisionError

    place = SiteInfo("Prize box", "http://box-1.local:4322")
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
        "/",
        "/snapshot",
        "/events",
        "/healthz",
        "/readyz",
        "/metrics",
        "/static/hud.js",
        "/sim",
        "/sim/api/state",
        "/api/v1/tokens",
        "/api/v1/devices/events",
        "/api/v1/",
    ],
)
async def test_nothing_of_the_operators_is_there(url: str, box: LiveBox, path: str) -> None:
    async with httpx.AsyncClient(base_url=url, headers=bearer(box.token("it"))) as phone:
        response = await phone.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


async def test_events_go_to_whoever_may_have_them(url: str, box: LiveBox) -> None:
    async with (
        asyncio.timeout(DEADLINE_S),
        httpx.AsyncClient(base_url=url, headers=bearer(box.token("it"))) as phone,
        phone.stream("GET", "/api/v1/events") as response,
    ):
        assert await anext(events(response)) == ("snapshot", box.snapshots.snapshot())


@pytest.mark.parametrize("role", [Role.ATTENDEE_APP, Role.ATTENDANT])
async def test_events_go_to_nobody_else(url: str, box: LiveBox, role: Role) -> None:
    async with httpx.AsyncClient(base_url=url, headers=bearer(box.token("it", role))) as phone:
        assert (await phone.get("/api/v1/events")).status_code == 403


async def test_phones_do_not_take_the_operators_streams(box: LiveBox) -> None:
    app = box.application()
    assert app.for_phones().state.listener.streams is not app.for_tcp().state.listener.streams


async def test_an_address_that_asks_too_often_waits(box: LiveBox) -> None:
    app = box.application(rate_per_address=60).for_phones()
    asking = client(app, **bearer(box.token("it")))
    statuses = [(await asking.get(PRIZES)).status_code for _ in range(7)]
    refused = await asking.get("/nowhere")

    assert statuses == [200] * 6 + [429]
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert refused.json()["type"] == "urn:boxd:problem:too-many-requests"
    assert refused.headers["x-content-type-options"] == "nosniff"


async def test_forged_tokens_are_counted_by_address(box: LiveBox) -> None:
    app = box.application(rate_per_address=60).for_phones()
    statuses = [
        (await client(app, **bearer(f"boxd_{n}_{'A' * 43}")).get(PRIZES)).status_code
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


async def test_a_body_that_does_not_come_is_not_waited_for(
    url: str, box: LiveBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_body, "BODY_WITHIN_S", 0.05)

    head = "POST /api/v1/codes HTTP/1.1", f"Host: {HOST}", "Content-Length: 2"
    token = bearer(box.token("it"))["Authorization"]
    reader, writer = await asyncio.open_connection(HOST, httpx.URL(url).port)
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
        headers = (await phone.get("/")).headers
    assert "form-action 'self'" in headers["content-security-policy"]
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert "server" not in headers


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    return write_pair(tmp_path)


async def shown_at(port: int) -> str:
    """The fingerprint of the certificate that a new client is shown."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection(HOST, port, ssl=context)
    shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    await writer.wait_closed()
    return fingerprint(shown)


async def test_a_renewed_certificate_is_shown_without_a_restart(
    box: LiveBox, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    certificate = Certificate(*pair)
    server = WebServer(box.application())
    port = await server.listen_to_phones(HOST, 0, certificate)
    before = ssl.create_default_context(cafile=pair[0])
    async with httpx.AsyncClient(base_url=f"https://{HOST}:{port}", verify=before) as phone:
        assert (await phone.get(PRIZES)).status_code == 401
        first = await shown_at(port)
        assert certificate.renew() is False

        write_pair(tmp_path)
        assert certificate.renew() is True
        assert await shown_at(port) != first
        assert (await phone.get(PRIZES)).status_code == 401  # on the connection that stands
    await server.stop()


async def test_a_pair_that_does_not_fit_leaves_the_one_before(
    box: LiveBox, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    certificate = Certificate(*pair)
    server = WebServer(box.application())
    port = await server.listen_to_phones(HOST, 0, certificate)
    first = await shown_at(port)
    (tmp_path / "other").mkdir()
    other_certificate, other_key = write_pair(tmp_path / "other")
    pair[0].write_bytes(other_certificate.read_bytes())
    with pytest.raises(ConfigError, match="put a certificate and its own key there"):
        certificate.renew()
    assert await shown_at(port) == first

    pair[1].write_bytes(other_key.read_bytes())
    assert certificate.renew() is True
    assert await shown_at(port) != first
    await server.stop()


async def test_a_client_that_comes_while_the_pair_is_read_notices_nothing(
    box: LiveBox, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    certificate = Certificate(*pair)
    server = WebServer(box.application())
    port = await server.listen_to_phones(HOST, 0, certificate)
    first = await shown_at(port)
    write_pair(tmp_path)
    pair[1].write_bytes(SLOW_TO_READ + pair[1].read_bytes())
    renewing = asyncio.create_task(asyncio.to_thread(certificate.renew))
    shown = []
    while not renewing.done():
        shown.append(await shown_at(port))  # a handshake that fails raises

    assert await renewing is True
    assert first in shown
    assert await shown_at(port) != first
    await server.stop()


def test_a_key_that_others_may_read_is_not_used(pair: tuple[Path, Path]) -> None:
    pair[1].chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        Certificate(*pair)


@pytest.mark.parametrize("content", ["", "-----BEGIN CERTIFICATE-----\nAA\n"])
def test_a_file_that_is_no_certificate_is_named(pair: tuple[Path, Path], content: str) -> None:
    pair[0].write_text(content)
    with pytest.raises(ConfigError, match=r"phones.tls_cert_file .*phones.pem"):
        Certificate(*pair)


def test_files_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        Certificate(tmp_path / "no.pem", tmp_path / "no.key")
