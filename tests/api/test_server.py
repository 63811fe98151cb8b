"""The real listeners: TCP and the Unix socket, event streams, and an end that comes soon."""

from __future__ import annotations

import asyncio
import signal
import socket as sockets
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from boxd.api.app import Application
from boxd.api.server import WebServer
from boxd.errors import ConfigError
from boxd.web import stream
from tests.api.listening import DEADLINE_S, blocks, events, eventually, on
from tests.api.live_box import LiveBox


@pytest.fixture
async def browser(server: WebServer) -> AsyncIterator[httpx.AsyncClient]:
    address = f"http://127.0.0.1:{server.port}"
    async with httpx.AsyncClient(base_url=address, timeout=DEADLINE_S) as client:
        yield client


def is_there(path: Path) -> bool:
    return path.exists()


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_a_request_for_a_websocket_is_answered_and_nothing_is_to_be_installed(
    browser: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    asked = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    response = await browser.get("/healthz", headers=asked)
    assert response.status_code == 200
    assert "Unsupported upgrade" in caplog.text
    assert "install" not in caplog.text


async def test_the_unix_socket_is_for_its_owner_and_group(
    server: WebServer, socket_path: Path, box: LiveBox
) -> None:
    assert mode_of(socket_path) == 0o660
    async with on(socket_path) as command:
        body = {"reason": "left inside", "actor": "anna"}
        response = await command.post("/api/v1/lockers/1/open", json=body)
    assert response.json()["outcome"] == "done"
    assert box.front.state()["lockers"]["1"]["pulses"] == 1


async def test_a_socket_left_by_a_killed_daemon_is_replaced(
    application: Application, socket_path: Path
) -> None:
    with sockets.socket(sockets.AF_UNIX) as left:
        left.bind(str(socket_path))
    server = WebServer(application)
    await server.start("127.0.0.1", 0, socket_path)
    async with on(socket_path) as command:
        assert (await command.get("/healthz")).status_code == 200
    await server.stop()
    assert not is_there(socket_path)


async def test_each_change_is_sent_whole(browser: httpx.AsyncClient, box: LiveBox) -> None:
    async with asyncio.timeout(DEADLINE_S), browser.stream("GET", "/events") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        sent = events(response)
        assert await anext(sent) == ("snapshot", box.snapshots.snapshot())
        box.receive("mug", 3)
        box.snapshots.health.change(why="a change")
        name, shown = await anext(sent)
        assert (name, shown["health"]["why"]) == ("snapshot", "a change")


async def test_a_burst_of_changes_ends_with_the_last(
    browser: httpx.AsyncClient, box: LiveBox
) -> None:
    async with asyncio.timeout(DEADLINE_S), browser.stream("GET", "/events") as response:
        sent = events(response)
        _, first = await anext(sent)
        for number in range(50):
            box.snapshots.health.change(why=f"change {number}")
        received = [await anext(sent)]
        while received[-1][1]["health"]["why"] != "change 49":
            received.append(await anext(sent))
        assert received[-1][1]["version"] > first["version"]
        assert len(received) < 10


async def test_a_quiet_stream_beats_and_tells_the_time(
    browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_S", 0.05)
    async with asyncio.timeout(DEADLINE_S), browser.stream("GET", "/events") as response:
        comments = []
        async for block in blocks(response):
            comments += [line for line in block.split("\n") if line.startswith(": now 20")]
            if len(comments) == 4:
                break


async def test_the_fronts_changes_are_sent_whole(
    browser: httpx.AsyncClient,
) -> None:
    async with asyncio.timeout(DEADLINE_S), browser.stream("GET", "/sim/events") as response:
        sent = events(response)
        assert (await anext(sent))[1]["lockers"]["1"]["door"] == "closed"
        await browser.post("/sim/api/lockers/1/door", json={"state": "open"})
        name, state = await anext(sent)
        assert (name, state["lockers"]["1"]["door"]) == ("state", "open")


async def test_a_page_that_leaves_leaves_nothing_behind(
    browser: httpx.AsyncClient, application: Application
) -> None:
    async with browser.stream("GET", "/events") as response:
        await anext(events(response))
        assert application.streams.count == 1
    await eventually(lambda: application.streams.count == 0)


async def test_one_screen_too_many_is_told_so(
    browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "MOST_STREAMS", 1)
    async with browser.stream("GET", "/events") as response:
        await anext(events(response))
        refused = await browser.get("/events")
    assert (refused.status_code, refused.json()["title"]) == (503, "Too many screens")


async def test_open_streams_do_not_hold_up_the_end(
    application: Application, socket_path: Path
) -> None:
    server = WebServer(application)
    await server.start("127.0.0.1", 0, socket_path)
    address = f"http://127.0.0.1:{server.port}/events"
    async with httpx.AsyncClient() as client, client.stream("GET", address) as response:
        sent = events(response)
        await anext(sent)
        async with asyncio.timeout(1.5):
            await server.stop()
        assert [event async for event in sent] == []


async def test_the_daemon_keeps_its_signal_handlers(application: Application) -> None:
    own = [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)]
    server = WebServer(application)
    await server.start("127.0.0.1", 0, None)
    assert [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)] == own
    await server.stop()


async def test_a_port_that_is_taken_is_named_with_the_remedy(application: Application) -> None:
    with sockets.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"127.0.0.1:{port} can't be listened on.*web.port"):
            await WebServer(application).start("127.0.0.1", port, None)


@pytest.mark.parametrize(
    ("path", "told"), [("x" * 120, "too long for a Unix socket"), ("none/boxd.sock", "can't be")]
)
async def test_a_socket_that_cannot_be_made_is_named_with_the_remedy(
    application: Application, tmp_path: Path, path: str, told: str
) -> None:
    with pytest.raises(ConfigError, match=told):
        await WebServer(application).start("127.0.0.1", 0, tmp_path / path)
