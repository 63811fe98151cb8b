"""Watching and testing devices over the Unix socket, and what the end of a connection does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from boxd.api.server import WebServer
from boxd.devices import DoorState
from tests.api.listening import DEADLINE_S, events, eventually, on
from tests.api.live_box import LiveBox

Sent = AsyncIterator[tuple[str, Any]]


def tap(box: LiveBox, device: str, key: str) -> None:
    """A finger comes to a key, and goes."""
    box.front.touch(device, key, True)
    box.front.touch(device, key, False)


async def heard(sent: Sent, number: int) -> list[dict[str, Any]]:
    """So many reports of keys and doors; what lamps and buzzers do meanwhile is left out."""
    reports: list[dict[str, Any]] = []
    while len(reports) < number:
        _, report = await anext(sent)
        if report["what"] in {"key", "door"}:
            reports.append(report)
    return reports


@pytest.fixture
async def command(server: WebServer, socket_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the real Unix socket."""
    async with on(socket_path) as client:
        yield client


@asynccontextmanager
async def watching(command: httpx.AsyncClient, **asked: str) -> AsyncIterator[Sent]:
    """What is told of the devices."""
    async with asyncio.timeout(DEADLINE_S):
        async with command.stream("GET", "/api/v1/devices/events", params=asked) as response:
            assert response.status_code == 200
            yield events(response)


@asynccontextmanager
async def a_test(command: httpx.AsyncClient, actor: str) -> AsyncIterator[tuple[str, Sent]]:
    """A test's path and its events."""
    async with asyncio.timeout(DEADLINE_S):
        body = {"actor": actor}
        async with command.stream("POST", "/api/v1/devices/tests", json=body) as response:
            assert response.status_code == 200
            sent = events(response)
            name, test = await anext(sent)
            assert name == "test"
            yield f"/api/v1/devices/tests/{test['id']}", sent


async def test_a_watcher_sees_events_as_they_happen_with_digits_hidden(
    command: httpx.AsyncClient, box: LiveBox
) -> None:
    async with watching(command) as sent:
        tap(box, "board-0", "7")
        box.front.set_door(1, DoorState.OPEN)
        told = await heard(sent, 3)
    assert [(what["device"], what["part"], what["value"]) for what in told] == [
        ("board-0", "digit", "touched"),
        ("board-0", "digit", "released"),
        ("door-pad", "door-1", "open"),
    ]


async def test_a_watcher_who_gives_a_name_may_see_digits(
    command: httpx.AsyncClient, box: LiveBox
) -> None:
    async with watching(command, digits="1", actor="anna") as sent:
        tap(box, "board-0", "7")
        assert (await anext(sent))[1]["part"] == "7"
    response = await command.get("/api/v1/devices/events?digits=1")
    assert (response.status_code, response.json()["title"]) == (422, "The request breaks a rule")


async def test_one_device_can_be_watched_alone(command: httpx.AsyncClient, box: LiveBox) -> None:
    async with watching(command, device="board-1") as sent:
        tap(box, "board-0", "Enter")
        tap(box, "board-1", "Cancel")
        assert (await anext(sent))[1]["device"] == "board-1"
    response = await command.get("/api/v1/devices/events?device=x")
    assert response.status_code == 404


def lit(box: LiveBox) -> set[str]:
    """The lamps that somebody sees lit at the left bay."""
    return {lamp for lamp, is_lit in box.front.state()["bays"]["bay-1"]["lamps"].items() if is_lit}


def takes_codes(box: LiveBox) -> bool:
    return box.parts.bays["bay-1"].view().state == "ready"


async def test_a_lamp_and_a_buzzer_obey_the_test(command: httpx.AsyncClient, box: LiveBox) -> None:
    async with a_test(command, "anna") as (path, _):
        for post, body in (
            ("device", {"device": "board-0"}),
            ("lamp", {"lamp": "failure", "lit": True}),
            ("buzzer", {"ms": 200}),
        ):
            assert (await command.post(f"{path}/{post}", json=body)).json() == {"done": True}
        await eventually(lambda: lit(box) == {"failure"})
        assert box.front.state()["bays"]["bay-1"]["buzzer"]["count"] == 1
        await command.post(f"{path}/put-back", json={})
        await eventually(lambda: "failure" not in lit(box))


async def test_the_end_of_the_connection_puts_everything_back(
    command: httpx.AsyncClient, box: LiveBox
) -> None:
    await eventually(lambda: takes_codes(box) and bool(lit(box)))
    before = lit(box)
    async with a_test(command, "anna") as (path, _):
        await command.post(f"{path}/device", json={"device": "board-0"})
        await command.post(f"{path}/lamp", json={"lamp": "failure", "lit": True})
        await eventually(lambda: lit(box) == {"failure"})
        assert not takes_codes(box)
    await eventually(lambda: box.parts.device_tests.current is None)
    await eventually(lambda: lit(box) == before)
    assert takes_codes(box)
    late = await command.post(f"{path}/lamp", json={"lamp": "failure", "lit": True})
    assert (late.status_code, lit(box)) == (404, before)


async def test_a_touch_sensor_is_restarted_by_a_person_and_recorded(
    command: httpx.AsyncClient, box: LiveBox
) -> None:
    """The older firmware, which is simulated here, pulses its latch and puts its lamps out."""
    async with a_test(command, "anna") as (path, _):
        early = await command.post(f"{path}/restart", json={})
        assert (early.status_code, box.front.state()["lockers"]["1"]["pulses"]) == (409, 0)
        await command.post(f"{path}/device", json={"device": "board-0"})
        await command.post(f"{path}/lamp", json={"lamp": "failure", "lit": True})
        done = (await command.post(f"{path}/restart", json={})).json()
        assert done == {"outcome": "done", "note": "the board sent the order back"}
        await eventually(lambda: lit(box) == {"failure"})
        await command.post(f"{path}/device", json={"device": "door-pad"})
        assert (await command.post(f"{path}/restart", json={})).status_code == 404
    told = [row for row in box.trail() if str(row["action"]).startswith("sensor.")]
    assert [(row["action"], row["actor"], row["locker"]) for row in told] == [
        ("sensor.restart_ordered", "anna", 1),
        ("sensor.restart_done", "anna", 1),
    ]
    assert not [row for row in box.trail() if row["action"] == "alarm.raised"]


async def test_a_second_tester_is_refused_until_the_first_has_gone(
    command: httpx.AsyncClient, box: LiveBox
) -> None:
    async with a_test(command, "anna"):
        second = await command.post("/api/v1/devices/tests", json={"actor": "ben"})
        assert second.status_code == 409
        assert "anna has been testing" in second.json()["detail"]
    await eventually(lambda: box.parts.device_tests.current is None)
    async with a_test(command, "ben"):
        pass


async def test_keys_of_the_borrowed_device_alone_are_told_with_their_digits(
    command: httpx.AsyncClient, box: LiveBox
) -> None:
    async with a_test(command, "anna") as (path, sent):
        await command.post(f"{path}/device", json={"device": "board-0"})
        tap(box, "board-1", "5")
        tap(box, "board-0", "6")
        keys = [(what["device"], what["part"]) for what in await heard(sent, 4)]
    assert keys == [("board-1", "digit")] * 2 + [("board-0", "6")] * 2


async def test_the_stop_of_the_daemon_ends_streams_and_tests(
    command: httpx.AsyncClient, box: LiveBox, server: WebServer
) -> None:
    async with a_test(command, "anna") as (path, sent):
        await command.post(f"{path}/device", json={"device": "board-0"})
        await server.stop()
        async for _ in sent:
            pass
    assert box.parts.device_tests.current is None
    assert takes_codes(box)


async def test_the_self_test_is_a_list_of_results(
    command: httpx.AsyncClient, box: LiveBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("boxd.bays.self_test.self_test.__defaults__", (0.0,))
    rows = (await command.post("/api/v1/devices/self-test", json={"actor": "anna"})).json()
    first = rows["tested"][0]
    assert first.pop("remark") in ("ready", "answers")  # its echo may come within no time at all
    assert first == {"device": "board-0", "part": "", "result": "passed"}
    lockers = box.front.state()["lockers"].values()
    assert [locker["pulses"] for locker in lockers] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/devices/events"),
        ("POST", "/api/v1/devices/tests"),
        ("POST", "/api/v1/devices/tests/1/lamp"),
    ],
)
async def test_nothing_of_it_is_done_over_tcp(
    tcp: httpx.AsyncClient, method: str, path: str
) -> None:
    response = await tcp.request(method, path)
    assert response.status_code == 403
    assert "Unix socket only" in response.json()["detail"]
