"""What a request changes in the ledger and at the lockers, and who it is said to have done it."""

from __future__ import annotations

from typing import Any

import httpx

from tests.api.live_box import LiveBox

PRIZES = {
    "prizes": [
        {"sku": "mug", "name": "Mug", "units": 2},
        {"sku": "pin", "name": "Pin", "units": 0, "weight": 5},
    ],
    "actor": "anna",
}


async def posted(socket: httpx.AsyncClient, path: str, **body: object) -> Any:
    """The answer to what anna asks."""
    response = await socket.post(f"/api/v1{path}", json={"actor": "anna", **body})
    assert response.is_success, response.text
    return response.json()


async def got(socket: httpx.AsyncClient, path: str) -> Any:
    response = await socket.get(f"/api/v1{path}")
    assert response.is_success, response.text
    return response.json()


def last(box: LiveBox) -> tuple[object, ...]:
    """The newest entry of the trail: who, what, and why."""
    entry = box.trail()[-1]
    return entry["actor"], entry["action"], entry["cause"]


async def test_prizes_are_imported_and_adjusted(socket: httpx.AsyncClient, box: LiveBox) -> None:
    imported = await posted(socket, "/prizes/import", prizes=PRIZES["prizes"])
    assert [(p["sku"], p["on_hand"], p["weight"]) for p in imported["prizes"]] == [
        ("mug", 2, 1),
        ("pin", 0, 5),
    ]
    adjusted = await posted(socket, "/prizes/mug/adjust", units=-2, reason="broken")
    assert (adjusted["prize"]["on_hand"], adjusted["prize"]["written_off"]) == (0, 2)
    assert last(box) == ("anna", "stock.written_off", "broken")


async def test_codes_are_issued_listed_revealed_and_voided(
    socket: httpx.AsyncClient, box: LiveBox
) -> None:
    box.receive("mug", 3)
    made = await posted(socket, "/codes", attendee="badge 1", count=2)
    first, second = (code["id"] for code in made["codes"])
    await posted(socket, f"/codes/{second}/void", reason="left inside")
    assert last(box) == ("anna", "code.voided", "left inside")

    async def ids(path: str) -> list[int]:
        return [code["id"] for code in (await got(socket, path))["codes"]]

    assert await ids("/codes") == [second, first]
    assert await ids("/codes?state=ready&limit=5") == [first]
    assert await ids(f"/codes?after={second}") == [first]
    assert await ids("/attendees/badge%201/codes?state=voided") == [second]
    assert (await got(socket, "/codes?limit=1"))["next"] == second


async def test_digits_are_shown_once_and_then_only_when_they_are_asked_for(
    socket: httpx.AsyncClient, box: LiveBox
) -> None:
    box.receive("mug", 1)
    response = await socket.post("/api/v1/codes", json={"attendee": "b", "actor": "anna"})
    made = response.json()["codes"][0]
    assert (response.status_code, response.headers["cache-control"]) == (201, "no-store")
    assert len(made["code"]) == 8

    before = box.trail()
    assert (await got(socket, f"/codes/{made['id']}"))["code"]["code"] is None
    assert box.trail() == before
    shown = await got(socket, f"/codes/{made['id']}?reveal=1&actor=ben")
    assert shown["code"]["code"] == made["code"]
    assert last(box)[:2] == ("ben", "code.revealed")


async def test_an_attendees_digits_are_shown_together_when_they_are_asked_for(
    socket: httpx.AsyncClient, box: LiveBox
) -> None:
    box.receive("mug", 1)
    digits = box.issue("mug", "badge-7")["code"]
    hidden = await got(socket, "/attendees/badge-7/codes")
    shown = await got(socket, "/attendees/badge-7/codes?reveal=1&actor=ben")
    assert [each["codes"][0]["code"] for each in (hidden, shown)] == [None, digits]
    assert last(box)[:2] == ("ben", "code.revealed")


async def test_a_locker_is_opened_by_an_override_with_its_reason(
    socket: httpx.AsyncClient, box: LiveBox
) -> None:
    opened = await posted(socket, "/lockers/2/open", reason="left inside")
    assert (opened["outcome"], opened["actuation"].startswith("override/")) == ("done", True)
    assert box.front.state()["lockers"]["2"]["pulses"] == 1
    ordered = {(row["actor"], row["action"], row["locker"], row["cause"]) for row in box.trail()}
    assert ("anna", "override.ordered", 2, "override: left inside") in ordered


async def test_a_locker_is_taken_out_of_service_and_back(
    socket: httpx.AsyncClient, box: LiveBox
) -> None:
    out = await posted(socket, "/lockers/2/out-of-service", reason="bent")
    assert (out["locker"]["in_service"], out["locker"]["reason"]) == (False, "bent")
    back = await posted(socket, "/lockers/2/in-service")
    assert back["locker"]["in_service"]


async def test_the_trail_is_read_in_stretches(socket: httpx.AsyncClient, box: LiveBox) -> None:
    await posted(socket, "/prizes/import", prizes=PRIZES["prizes"])
    first = await got(socket, "/audit?limit=2")
    assert [row["seq"] for row in first["audit"]] == [1, 2]
    rest = await got(socket, f"/audit?after={first['next']}")
    assert [*first["audit"], *rest["audit"]] == box.trail()
    assert rest["next"] is None


async def test_an_alarm_is_cleared_by_its_number(socket: httpx.AsyncClient, box: LiveBox) -> None:
    box.alarm("door_left_open", "locker 1", "Shut it")
    (alarm,) = (await got(socket, "/alarms"))["alarms"]
    cleared = await posted(socket, f"/alarms/{alarm['id']}/clear")
    assert cleared["alarm"]["cleared_at"] is not None
    assert (await got(socket, "/alarms"))["alarms"] == []


async def test_open_redemptions_are_listed_alone_when_they_are_asked_for(
    socket: httpx.AsyncClient, box: LiveBox
) -> None:
    box.receive("mug", 2)
    box.claim("r-1", "mug", "bay-1")
    box.claim("r-2", "mug", "bay-1")  # the bay is busy
    both = await got(socket, "/redemptions")
    assert [(each["id"], each["stage"]) for each in both["redemptions"]] == [
        ("r-2", "refused"),
        ("r-1", "load"),
    ]
    still_open = await got(socket, "/redemptions?open=1&limit=2")
    assert [each["id"] for each in still_open["redemptions"]] == ["r-1"]
    whole = await got(socket, "/redemptions/r-1")
    assert whole["audit"][0]["redemption"] == "r-1"


async def test_the_state_of_the_box_is_read_over_either_listener(
    tcp: httpx.AsyncClient, socket: httpx.AsyncClient, box: LiveBox
) -> None:
    box.receive("mug", 2)
    shown = await box.settled()
    for client in (tcp, socket):
        status = (await client.get("/api/v1/status")).json()
        assert status | {"version": 0, "at": ""} == shown | {"version": 0, "at": ""}
        for part, at in (("lockers", "lockers"), ("prizes", "stock")):
            assert (await client.get(f"/api/v1/{part}")).json() == {part: shown[at]}
        assert (await client.get("/api/v1/devices")).json() == {
            name: shown[name] for name in ("devices", "strangers")
        }
        assert (await client.get("/api/v1/alarms")).json() == {"alarms": []}
