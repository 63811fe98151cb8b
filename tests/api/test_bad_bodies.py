"""Every wrong input is told the input, the rule and the remedy; nothing reaches the box."""

from __future__ import annotations

import httpx
import pytest

from boxd.web.request_body import BODY_LIMIT
from tests.api.live_box import LiveBox

LOADED = "/api/v1/redemptions/r-1/loaded"
IMPORT = "/api/v1/prizes/import"
CODES = "/api/v1/codes"
OPEN = "/api/v1/lockers/1/open"
ADJUST = "/api/v1/prizes/mug/adjust"
KEYS = "/sim/api/bays/bay-1/keys"

BAD_BODIES: list[tuple[str, str | bytes, str]] = [
    (LOADED, "{", "the body: Invalid JSON: EOF while parsing an object"),
    (LOADED, "[]", "the body: Input should be an object"),
    (LOADED, "null", "the body: Input should be an object"),
    (LOADED, '{"step": "3"}', "step: Input should be a valid integer"),
    (LOADED, '{"step": true}', "step: Input should be a valid integer"),
    (LOADED, '{"step": -1}', "step: Input should be greater than or equal to 0"),
    (LOADED, '{"step": 1.5}', "step: Input should be a valid integer"),
    (LOADED, '{"step": 1e99}', "step: Input should be less than or equal to 1000000"),
    (LOADED, '{"stepp": 3}', "stepp: Extra inputs are not permitted"),
    (LOADED, '{"remedy": "hammer"}', "remedy: Input should be 'again' or 'other_locker'"),
    (LOADED, '{"sku": "No Such"}', "sku: String should match pattern"),
    (LOADED, '{"actor": " "}', "actor: is empty: it needs 1 to 200 visible characters"),
    (
        LOADED,
        '{"actor": "a\\u0000b"}',
        "actor: has to be one line of text, without control characters",
    ),
    (LOADED, '{"reason": "\\ud800"}', "the body: Invalid JSON"),
    (LOADED, b"\xff\xfe", "the body: Invalid JSON"),
    ("/api/v1/redemptions/r-1/stolen", "{}", "'stolen' is no answer to a redemption; one of:"),
    (IMPORT, "{}", "prizes: Field required. A body looks like"),
    (IMPORT, '{"prizes": []}', "prizes: Tuple should have at least 1 item"),
    (IMPORT, '{"prizes": [{"sku": "a"}]}', "prizes.0.name: Field required; prizes.0.units"),
    (
        IMPORT,
        '{"prizes": [{"sku": "a", "name": "A", "units": -1}]}',
        "prizes.0.units: Input should be greater than or equal to 0",
    ),
    (CODES, '{"actor": "anna"}', "attendee: Field required"),
    (CODES, '{"attendee": "b", "count": 0}', "count: Input should be greater than or equal to 1"),
    (CODES, '{"attendee": "b"}', "actor: who does this is missing; give 'actor'"),
    (OPEN, '{"actor": "anna"}', "reason: Field required"),
    (
        "/api/v1/lockers/x/open",
        '{"reason": "r", "actor": "a"}',
        "locker: 'x' is no whole number from 0",
    ),
    (ADJUST, '{"units": 0, "reason": "r", "actor": "a"}', "units: 0 changes nothing"),
    (ADJUST, '{"units": 1.5, "reason": "r"}', "units: Input should be a valid integer"),
    (
        "/api/v1/staff",
        '{"name": "Eva", "role": "attendee_app"}',
        "role: Input should be 'viewer', 'attendant', 'operator' or 'organiser'",
    ),
    (KEYS, '{"keys": []}', "keys: Tuple should have at least 1 item"),
    (KEYS, '{"keys": ["A"]}', "keys.0: Input should be '0', '1'"),
    (KEYS, '{"keys": "12"}', "keys: Input should be a valid array"),
    ("/sim/api/lockers/1/door", '{"state": "ajar"}', "state: Input should be"),
    ("/sim/api/faults", '{"device": "board-0"}', "fault: Field required"),
]


async def test_a_wrong_body_is_told_what_is_wrong(socket: httpx.AsyncClient, box: LiveBox) -> None:
    before = box.trail(), box.front.state()
    for path, body, told in BAD_BODIES:
        response = await socket.post(path, content=body)
        assert (response.status_code, response.json()["title"]) == (
            422,
            "The request breaks a rule",
        ), (path, body)
        assert response.json()["detail"].startswith(told), (path, body)
    assert (box.trail(), box.front.state()) == before


BAD_QUERIES = [
    ("/api/v1/redemptions?limit=many", "limit: 'many': Input should be a valid integer"),
    ("/api/v1/redemptions?limit=1001", "limit: '1001': Input should be less than or equal to 1000"),
    ("/api/v1/redemptions?limit=0", "limit: '0': Input should be greater than or equal to 1"),
    ("/api/v1/redemptions?limit=-1", "limit: '-1': Input should be"),
    ("/api/v1/redemptions?limit=²", "limit: '²': Input should be a valid integer"),
    ("/api/v1/redemptions?limit=", "limit: '': Input should be a valid integer"),
    ("/api/v1/redemptions?limit=5&limit=6", "the query names something twice"),
    ("/api/v1/redemptions?open=yes", "open: 'yes': Input should be '0', '1', 'false' or 'true'"),
    ("/api/v1/redemptions?opened=1", "opened: '1': Extra inputs are not permitted"),
    ("/api/v1/redemptions?after=%20", "after: ' ': String should match pattern"),
    ("/api/v1/codes?state=lost", "state: 'lost': Input should be 'ready', 'in_use'"),
    ("/api/v1/codes?after=x", "after: 'x': Input should be a valid integer"),
    ("/api/v1/prizes?sku=mug", "sku: /api/v1/prizes takes no query; leave it out"),
    ("/api/v1/codes/1?reveal=1", "actor: who does this is missing"),
    ("/api/v1/audit?after=x", "after: 'x': Input should be a valid integer"),
]


async def test_a_wrong_query_is_told_what_is_wrong(socket: httpx.AsyncClient) -> None:
    for path, told in BAD_QUERIES:
        response = await socket.get(path)
        assert response.status_code == 422, path
        assert response.json()["detail"].startswith(told), path


async def test_a_body_above_the_limit_is_not_read_to_its_end(
    tcp: httpx.AsyncClient,
) -> None:
    response = await tcp.post(LOADED, content=b" " * (BODY_LIMIT + 1))
    assert response.status_code == 413
    assert response.json()["detail"].startswith(f"the body is longer than {BODY_LIMIT} bytes")


async def test_an_import_may_be_longer_than_other_bodies(
    socket: httpx.AsyncClient, box: LiveBox
) -> None:
    prizes = [{"sku": f"p-{n}", "name": "n" * 100, "units": 1} for n in range(2000)]
    response = await socket.post(IMPORT, json={"prizes": prizes, "actor": "anna"})
    assert (response.status_code, box.on_hand("p-1999")) == (200, 1)


async def test_a_bad_idempotency_key_is_refused(tcp: httpx.AsyncClient) -> None:
    response = await tcp.post(LOADED, headers={"Idempotency-Key": "a b"})
    assert response.status_code == 422
    assert response.json()["detail"].startswith("Idempotency-Key: 'a b' is not")


async def test_an_unexpected_error_is_a_problem_that_points_to_the_log(
    tcp: httpx.AsyncClient, box: LiveBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(box.snapshots.snapshot(), "devices")
    response = await tcp.get("/api/v1/devices")
    assert (response.status_code, response.json()["title"]) == (500, "The box could not do that")
    assert "journalctl -u boxd" in response.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("DELETE", "/api/v1/status", 405), ("GET", "/static/x.js", 404)],
)
async def test_what_is_not_there_is_a_problem_too(
    tcp: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    response = await tcp.request(method, path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert path in response.json()["detail"]
