"""What the commands ask over the Unix socket reaches the box in its own terms."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from boxd.web.box import CodesWanted, PrizeRow
from tests.web.double import BoxDouble

REASON = {"reason": "left inside", "actor": "anna"}
PRIZES = {
    "prizes": [
        {"sku": "mug", "name": "Mug", "units": 2},
        {"sku": "pin", "name": "Pin", "units": 0, "weight": 5},
    ],
    "actor": "anna",
}

CALLS: list[tuple[str, str, dict[str, Any] | None, tuple[Any, ...]]] = [
    (
        "POST",
        "/api/v1/prizes/import",
        PRIZES,
        ("import_prizes", [PrizeRow("mug", "Mug", 2), PrizeRow("pin", "Pin", 0, 5)], "anna"),
    ),
    (
        "POST",
        "/api/v1/prizes/mug/adjust",
        {"units": -2, "reason": "broken", "actor": "anna"},
        ("adjust_prize", "mug", -2, "broken", "anna"),
    ),
    (
        "POST",
        "/api/v1/codes",
        {"attendee": "badge-7", "count": 2, "actor": "anna"},
        ("issue_codes", "badge-7", None, 2, None, "anna"),
    ),
    ("GET", "/api/v1/codes?state=ready&limit=5", None, ("codes", CodesWanted(5, "ready"))),
    ("GET", "/api/v1/codes?after=9", None, ("codes", CodesWanted(50, before=9))),
    ("GET", "/api/v1/codes", None, ("codes", CodesWanted(50))),
    (
        "GET",
        "/api/v1/attendees/badge%201/codes?state=ready",
        None,
        ("codes", CodesWanted(50, "ready", "badge 1")),
    ),
    ("GET", "/api/v1/codes/9", None, ("code", 9, False, "")),
    ("GET", "/api/v1/codes/9?reveal=1&actor=anna", None, ("code", 9, True, "anna")),
    ("POST", "/api/v1/codes/9/void", REASON, ("void_code", 9, "left inside", "anna")),
    ("POST", "/api/v1/lockers/2/open", REASON, ("open_locker", 2, "left inside", "anna")),
    (
        "POST",
        "/api/v1/lockers/2/out-of-service",
        REASON,
        ("set_locker_service", 2, False, "left inside", "anna"),
    ),
    (
        "POST",
        "/api/v1/lockers/2/in-service",
        {"actor": "anna"},
        ("set_locker_service", 2, True, "", "anna"),
    ),
    ("GET", "/api/v1/audit?after=7&limit=3", None, ("audit", 7, 3)),
    ("POST", "/api/v1/alarms/4/clear", {"actor": "anna"}, ("clear_alarm", 4, "anna")),
    ("GET", "/api/v1/redemptions?open=1&limit=2", None, ("redemptions", True, 2, None)),
    ("GET", "/api/v1/redemptions", None, ("redemptions", False, 50, None)),
]


@pytest.mark.parametrize(("method", "path", "body", "call"), CALLS)
async def test_a_request_becomes_one_call(
    socket: httpx.AsyncClient,
    box: BoxDouble,
    method: str,
    path: str,
    body: dict[str, Any] | None,
    call: tuple[Any, ...],
) -> None:
    response = await socket.request(method, path, json=body)
    assert response.is_success, response.text
    assert box.calls == [call]


async def test_the_digits_of_a_new_code_are_in_the_answer(socket: httpx.AsyncClient) -> None:
    body = {"attendee": "badge-7", "sku": "mug", "actor": "anna"}
    response = await socket.post("/api/v1/codes", json=body)
    assert (response.status_code, response.json()["codes"][0]["code"]) == (201, "12345674")
    assert response.headers["cache-control"] == "no-store"


async def test_the_state_of_the_box_is_read_over_either_listener(
    tcp: httpx.AsyncClient, socket: httpx.AsyncClient, box: BoxDouble
) -> None:
    for client in (tcp, socket):
        assert (await client.get("/api/v1/status")).json() == box.shown
        assert (await client.get("/snapshot")).json() == box.shown
        for part, at in (("lockers", "lockers"), ("prizes", "stock")):
            assert (await client.get(f"/api/v1/{part}")).json() == {part: box.shown[at]}
        assert (await client.get("/api/v1/devices")).json() == {
            name: box.shown[name] for name in ("devices", "strangers")
        }
        assert (await client.get("/api/v1/alarms")).json() == {"alarms": []}
