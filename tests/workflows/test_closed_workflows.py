"""What has closed is deleted from Temporal's file; the newest and all that run are not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import Client

from boxd.config.schema import Temporal
from boxd.temporal import command
from boxd.temporal.client import connect
from boxd.temporal.queues import task_queue
from boxd.temporal.worker import create_worker
from boxd.workflows.closed_workflows import delete_some
from tests.temporal.conftest import serving
from tests.temporal.redeeming import Redeeming, claim
from tests.workflows.event import BOX, SEAL, until

KEPT, AT_ONCE = 4, 2
AT_ANY_AGE = timedelta(0)
WAITS = "redemption-waits"


@pytest.fixture
def acknowledging_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that deletes what has closed a second ago."""
    for queue in ("transfer", "visibility"):
        name = f"history.{queue}ProcessorUpdateAckInterval"
        monkeypatch.setitem(command.DYNAMIC_CONFIG, name, '"200ms"')


async def close(client: Client, names: list[str]) -> None:
    for name in names:
        await client.execute_workflow(Redeeming.run, 0, id=name, task_queue=task_queue(BOX))


async def listed(client: Client) -> set[str]:
    return {found.id async for found in client.list_workflows()}


def pages_in_use(directory: Path) -> int:
    with closing(sqlite3.connect(directory / "temporal.db")) as connection:
        pages: int = connection.execute("PRAGMA page_count").fetchone()[0]
        free: int = connection.execute("PRAGMA freelist_count").fetchone()[0]
    return pages - free


@pytest.mark.usefixtures("acknowledging_at_once")
async def test_what_has_closed_goes_but_for_the_newest_and_the_file_stays_flat(
    directory: Path, settings: Temporal
) -> None:
    used = []
    async with serving(settings, directory):
        client = await connect(settings, SEAL)
        async with create_worker(client, BOX, [Redeeming], [claim]):
            waiting = await client.start_workflow(
                Redeeming.run, 1, id=WAITS, task_queue=task_queue(BOX)
            )
            for rounds in range(3):
                names = [f"redemption-{rounds}-{number}" for number in range(12)]
                await close(client, names)

                async def are_few() -> bool:
                    await delete_some(client, BOX, KEPT, AT_ONCE, AT_ANY_AGE)
                    return len(await listed(client)) <= 1 + KEPT + AT_ONCE - 1

                await until(are_few, "the deletion of what closed earlier")
                assert await listed(client) >= {WAITS, *names[-KEPT:]}
                used.append(pages_in_use(directory))
            assert await waiting.execute_update(Redeeming.answer, "loaded") == "claimed loaded"
    # A whole one takes about 50 pages; of a deleted one its retention's timer stays.
    assert used[2] - used[0] < 24 * 5, used


async def test_what_has_just_closed_is_left_alone(directory: Path, settings: Temporal) -> None:
    async with serving(settings, directory):
        client = await connect(settings, SEAL)
        async with create_worker(client, BOX, [Redeeming], [claim]):
            await close(client, ["redemption-1", "redemption-2"])
            assert await delete_some(client, BOX, kept=0, at_once=1) == 0
