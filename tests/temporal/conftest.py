"""A real embedded server on free ports, and what its owner was told."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from boxd.config.schema import Temporal
from boxd.temporal.binary import find_binary, read_version
from boxd.temporal.command import Ports, server_command, server_environment
from boxd.temporal.database_making import Maker, prepare, wait_for_namespace
from boxd.temporal.process import ServerProcess
from boxd.temporal.server import EmbeddedServer, ServerStatus
from boxd.temporal.set_aside import SetAside, unreported
from tests.made_once import made_once
from tests.ports import free_ports

DEADLINE_S = 60


@dataclass
class Watched:
    """A server, and everything it has told its owner."""

    server: EmbeddedServer
    directory: Path
    statuses: list[ServerStatus] = field(default_factory=list)

    @property
    def set_aside(self) -> Sequence[SetAside]:
        """The notes it has left of databases that it did not use."""
        return unreported(self.directory)


@asynccontextmanager
async def embedded(settings: Temporal, directory: Path) -> AsyncIterator[Watched]:
    """A started server, ended in a hurry: a clean stop takes a second, and has its own test."""
    statuses: list[ServerStatus] = []
    server = EmbeddedServer(settings, directory, statuses.append)
    await server.start()
    try:
        yield Watched(server, directory, statuses)
    finally:
        if server.pid is not None:
            os.kill(server.pid, signal.SIGKILL)
        await server.stop()


@asynccontextmanager
async def serving(settings: Temporal, directory: Path) -> AsyncIterator[Watched]:
    """A server that answers."""
    async with embedded(settings, directory) as watched:
        async with asyncio.timeout(DEADLINE_S):
            await watched.server.serving()
        yield watched


async def until(condition: Callable[[], object], what: str) -> None:
    """Wait for a condition, with a deadline."""
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for: {what}"
        await asyncio.sleep(0.002)


@pytest.fixture
def settings() -> Temporal:
    """An embedded server on ports that were free a moment ago, without its UI."""
    grpc, http, metrics, ui = free_ports(4)
    return Temporal(port=grpc, http_port=http, metrics_port=metrics, ui_port=ui, ui=False)


@pytest.fixture(scope="session")
def made() -> Path:
    """A directory with a whole database, to copy from."""

    async def make(directory: Path) -> None:
        binary = find_binary(Temporal())
        maker = Maker(binary, await read_version(binary), Temporal())
        await prepare(directory / "temporal.db", maker, "")

    return made_once("temporal", lambda directory: asyncio.run(make(directory)))


@pytest.fixture(scope="session")
def schema(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """The names and statements of the schema as the server itself makes it, in its order."""
    database = tmp_path_factory.mktemp("raw") / "raw.db"

    async def make() -> None:
        grpc, http, metrics = free_ports(3)
        command = server_command(
            find_binary(Temporal()), database, Ports(grpc, http, metrics, None), {}, "default"
        )
        process = await ServerProcess.spawn(command, server_environment(96, database.parent))
        try:
            await wait_for_namespace(process, http, Temporal(), DEADLINE_S)
        finally:
            await process.kill()

    asyncio.run(make())
    assert objects(database) == 149
    with closing(sqlite3.connect(database)) as connection:
        query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
        return connection.execute(query).fetchall()


@pytest.fixture
def directory(tmp_path: Path, made: Path) -> Path:
    """A directory with a whole database in it, ready for a warm start."""
    for part in made.iterdir():
        (tmp_path / part.name).write_bytes(part.read_bytes())
    return tmp_path


def objects(database: Path) -> int:
    """How many objects the schema of a database has."""
    with closing(sqlite3.connect(database)) as connection:
        count: int = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        return count
