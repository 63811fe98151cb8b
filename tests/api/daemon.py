"""The whole daemon in this process: the box, its Temporal server and its listeners."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from boxd.config import Config
from boxd.daemon import startup
from boxd.daemon.latest_server_status import LatestServerStatus
from boxd.daemon.running import Running
from boxd.service.notify import Notifier
from boxd.temporal.server import EmbeddedServer
from tests.workflows.event import until

Json = dict[str, Any]


@dataclass(frozen=True)
class Daemon:
    """What stands before the box: somebody with keys, the screen, and the commands."""

    screen: httpx.AsyncClient
    command: httpx.AsyncClient

    async def type(self, bay: str, digits: str) -> None:
        """Type a code and press Enter."""
        keys = {"keys": [*digits, "Enter"]}
        (await self.screen.post(f"/sim/api/bays/{bay}/keys", json=keys)).raise_for_status()

    async def answers(self, path: str) -> None:
        """Wait until this is answered well."""

        async def is_answered() -> bool:
            return (await self.command.get(path)).is_success

        await until(is_answered, path)

    async def prompts(self) -> list[Json]:
        """The questions that are asked now."""
        shown = await self.screen.get("/snapshot")
        return list(shown.json()["prompts"])

    async def asked(self, bay: str, stage: str = "load") -> Json:
        """The question that is asked at a bay in this stage, once it is."""
        found: list[Json] = []

        async def is_asked() -> bool:
            found[:] = [
                each
                for each in await self.prompts()
                if (each["bay"], each["stage"]) == (bay, stage)
            ]
            return bool(found)

        await until(is_asked, f"{stage} at {bay}")
        return found[0]

    async def nothing_asked(self) -> None:
        """Wait until nobody is asked anything."""

        async def is_quiet() -> bool:
            return not await self.prompts()

        await until(is_quiet, "the last question's end")


@asynccontextmanager
async def running_daemon(config: Config) -> AsyncIterator[Daemon]:
    """A box that takes codes; ended in the order in which the daemon ends."""
    failed = asyncio.Event()
    async with AsyncExitStack() as closing:
        server_status = LatestServerStatus()
        server = EmbeddedServer(config.temporal, config.temporal_dir, server_status.server_changed)
        closing.push_async_callback(server.stop)
        await server.start()
        await startup.start(config, server_status, Running(closing, failed.set), Notifier(""))
        transport = httpx.AsyncHTTPTransport(uds=str(config.socket_file))
        command = await closing.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url="http://boxd")
        )
        screen = await closing.enter_async_context(
            httpx.AsyncClient(base_url=f"http://{config.web.host}:{config.web.port}")
        )
        daemon = Daemon(screen, command)
        await daemon.answers("/readyz")
        yield daemon
    assert not failed.is_set()
