"""Workflows on the embedded server go on whatever is killed, and can be found by bay."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowHandle
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.service import RPCError, RPCStatusCode

from boxd.config.schema import Temporal
from boxd.temporal.binary import find_binary
from boxd.temporal.client import cli_environment, connect
from boxd.temporal.queues import TASK_TIMEOUT, task_queue
from boxd.temporal.server import ServerState
from boxd.temporal.worker import create_worker
from tests.temporal.conftest import DEADLINE_S, Watched, serving, until
from tests.temporal.redeeming import BAY, Redeeming, claim

Handle = WorkflowHandle[Redeeming, list[str]]


async def start(client: Client, name: str, awaited: int, bay: str = "bay-1") -> Handle:
    return await client.start_workflow(
        Redeeming.run,
        awaited,
        id=name,
        task_queue=task_queue("box-1"),
        task_timeout=TASK_TIMEOUT,
        request_eager_start=True,
        search_attributes=TypedSearchAttributes([SearchAttributePair(BAY, bay)]),
    )


async def kill_and_await(watched: Watched) -> None:
    assert watched.server.pid is not None
    os.kill(watched.server.pid, signal.SIGKILL)
    await until(lambda: watched.server.status.state is not ServerState.UP, "the death to be seen")
    await watched.server.serving()


async def test_a_workflow_goes_on_after_the_server_was_killed(
    settings: Temporal, directory: Path
) -> None:
    async with serving(settings, directory) as watched:
        client = await connect(settings, None)
        async with create_worker(client, "box-1", [Redeeming], [claim]):
            handle = await start(client, "goes-on", awaited=3)
            assert await handle.execute_update(Redeeming.answer, "loaded") == "claimed loaded"
            for kind in ("opened", "completed"):
                await kill_and_await(watched)
                killed = time.monotonic()
                assert await handle.execute_update(Redeeming.answer, kind) == f"claimed {kind}"
                assert time.monotonic() - killed < 3
            async with asyncio.timeout(DEADLINE_S):
                assert await handle.result() == ["loaded", "opened", "completed"]


async def test_a_workflow_goes_on_after_server_and_worker_were_stopped(
    settings: Temporal, directory: Path
) -> None:
    async with serving(settings, directory):
        client = await connect(settings, None)
        async with create_worker(client, "box-1", [Redeeming], [claim]):
            handle = await start(client, "stopped", awaited=1)
    async with serving(settings, directory):
        client = await connect(settings, None)
        async with create_worker(client, "box-1", [Redeeming], [claim]):
            again = client.get_workflow_handle(handle.id)
            await again.execute_update(Redeeming.answer, "loaded")
            assert await again.result() == ["loaded"]


async def test_an_update_while_the_server_is_down_fails_within_three_seconds(
    settings: Temporal, directory: Path
) -> None:
    async with serving(settings, directory):
        client = await connect(settings, None)
        async with create_worker(client, "box-1", [Redeeming], [claim]):
            handle = await start(client, "unanswered", awaited=1)
    asked = time.monotonic()
    with pytest.raises(RPCError) as failed:
        await handle.execute_update(Redeeming.answer, "loaded")
    assert failed.value.status is RPCStatusCode.UNAVAILABLE
    assert time.monotonic() - asked < 3


async def test_the_cli_finds_workflows_by_bay_after_the_indexes_were_dropped(
    settings: Temporal, directory: Path
) -> None:
    async with serving(settings, directory):
        client = await connect(settings, None)
        async with create_worker(client, "box-1", [Redeeming], [claim]):
            await start(client, "at-the-left", awaited=1, bay="bay-1")
            await start(client, "at-the-right", awaited=1, bay="bay-2")

            query = "BoxdBay = 'bay-2' AND BoxdState = 'load' AND ExecutionStatus = 'Running'"
            async with asyncio.timeout(DEADLINE_S):
                while "at-the-right" not in (listed := await listed_by_cli(settings, query)):
                    pass
    assert "at-the-left" not in listed


async def listed_by_cli(settings: Temporal, query: str) -> str:
    process = await asyncio.create_subprocess_exec(
        find_binary(settings),
        "workflow",
        "list",
        "--query",
        query,
        env=cli_environment(settings),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    return output.decode()
