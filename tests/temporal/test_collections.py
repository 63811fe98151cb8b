"""How often the server collects its garbage: on a Pi that is where its time goes.

Times depend on the machine; this count hardly does.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from temporalio.client import Client

from boxd.config.schema import Temporal
from boxd.temporal.binary import find_binary
from boxd.temporal.client import connect
from boxd.temporal.command import (
    SERVING_PRAGMAS,
    configured_ports,
    server_command,
    server_environment,
)
from boxd.temporal.http_api import answers
from boxd.temporal.queues import task_queue
from boxd.temporal.worker import create_worker
from tests.temporal.redeeming import Redeeming, claim
from tests.workflows.event import BOX, SEAL, until

_COLLECTION = re.compile(r"^gc \d+ @", re.M)
# Eight to ten were seen.
A_HUNDRED = 14


@asynccontextmanager
async def tracing(settings: Temporal, directory: Path) -> AsyncIterator[Path]:
    """The server as boxd starts it, which writes a line for each collection into a file."""
    traced = directory / "collections.txt"
    database = directory / "temporal.db"
    binary, ports = find_binary(settings), configured_ports(settings)
    with traced.open("wb") as lines:
        process = await asyncio.create_subprocess_exec(
            *server_command(binary, database, ports, SERVING_PRAGMAS, settings.namespace),
            env=server_environment(settings.memory_mib, directory) | {"GODEBUG": "gctrace=1"},
            stdout=lines,
            stderr=lines,
        )
    try:
        await until(lambda: answers(settings.http_port, 1.0), "the server")
        yield traced
    finally:
        process.kill()
        await process.wait()


def collections(traced: Path) -> int:
    return len(_COLLECTION.findall(traced.read_text(errors="replace")))


async def close_a_hundred(client: Client, name: str) -> None:
    room = asyncio.Semaphore(8)

    async def close(number: int) -> None:
        async with room:
            await client.execute_workflow(
                Redeeming.run, 0, id=f"{name}-{number}", task_queue=task_queue(BOX)
            )

    await asyncio.gather(*map(close, range(100)))


async def test_a_hundred_workflows_cost_the_server_few_collections(
    directory: Path, settings: Temporal
) -> None:
    async with tracing(settings, directory) as traced:
        client = await connect(settings, SEAL)
        async with create_worker(client, BOX, [Redeeming], [claim]):
            await close_a_hundred(client, "at-first")  # the heap finds its size
            before = collections(traced)
            await close_a_hundred(client, "then")
            assert 0 < collections(traced) - before <= A_HUNDRED
