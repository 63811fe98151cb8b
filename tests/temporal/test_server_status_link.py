"""How the server's own process tells the daemon how the server is, and what that process loads."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from boxd.config import load
from boxd.temporal.server import ServerState, ServerStatus
from boxd.temporal.server_status_link import (
    NOBODY,
    StatusPublisher,
    follow_status,
    from_line,
    to_line,
)
from boxd.temporal.settings import StandaloneServer
from tests.temporal.conftest import until

AT = datetime(2026, 5, 2, 9, 30, tzinfo=UTC)
UP = ServerStatus(ServerState.UP, AT)
DEAD = ServerStatus(ServerState.DOWN, AT, "the Temporal server was ended by signal 9", 2)
CONFIG = Path(__file__).parents[2] / "config"


@asynccontextmanager
async def hearing(socket: Path) -> AsyncIterator[list[ServerStatus]]:
    """A daemon's ear, and what it has heard."""
    heard: list[ServerStatus] = []
    listening = asyncio.create_task(follow_status(socket, heard.append))
    try:
        yield heard
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


def test_a_status_arrives_as_it_was_sent() -> None:
    assert from_line(to_line(DEAD)) == DEAD


@pytest.mark.parametrize("line", [b"\n", b"{}\n", b"[]\n", b'{"state": "up"}\n', b"\xff\n"])
def test_anything_else_is_refused(line: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        from_line(line)


async def test_whoever_comes_late_hears_the_newest_and_then_each_change(tmp_path: Path) -> None:
    publisher = StatusPublisher()
    publisher.publish(DEAD)
    publisher.publish(UP)
    await publisher.listen(tmp_path / "news")
    async with hearing(tmp_path / "news") as heard:
        await until(lambda: heard == [UP], "the newest")
        publisher.publish(DEAD)
        await until(lambda: heard == [UP, DEAD], "the change")
        publisher.close()


async def test_nobody_there_is_said_once_and_who_comes_is_heard(tmp_path: Path) -> None:
    async with hearing(tmp_path / "news") as heard:
        await until(lambda: heard, "that nobody is there")
        publisher = StatusPublisher()
        publisher.publish(UP)
        await publisher.listen(tmp_path / "news")
        await until(lambda: len(heard) > 1, "the server's process")
        publisher.close()
        await until(lambda: len(heard) > 2, "its end")

    assert [status.state for status in heard] == ["down", "up", "down"]
    assert {heard[0].why, heard[2].why} == {NOBODY}


async def test_nonsense_on_the_socket_deafens_nobody(tmp_path: Path) -> None:
    async def babble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"[1, 2]\nhello\n")
        writer.close()

    babbler = await asyncio.start_unix_server(babble, tmp_path / "news")
    async with hearing(tmp_path / "news") as heard:
        await until(lambda: heard, "that nobody tells anything of use")
        babbler.close()
        publisher = StatusPublisher()
        publisher.publish(UP)
        (tmp_path / "news").unlink(missing_ok=True)
        await publisher.listen(tmp_path / "news")
        await until(lambda: heard[-1] == UP, "the server's process")
        publisher.close()


def test_its_process_is_told_what_the_configuration_says() -> None:
    standalone = StandaloneServer.of(load(CONFIG / "sim.toml"))

    assert standalone.settings.port == 7233
    assert StandaloneServer.from_json(standalone.command_line()[-1]) == standalone


def test_its_process_loads_neither_the_sdk_nor_the_configurations_library() -> None:
    loading = "import sys, boxd.temporal.standalone; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", loading], capture_output=True, text=True, check=True
    ).stdout.split()

    assert {"temporalio", "pydantic", "boxd.config", "click"}.isdisjoint(loaded)
