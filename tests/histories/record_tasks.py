"""Records the histories of tasks and issues, one for each way through their workflows.

python -m tests.histories.record_tasks [WAY...]

Run it when a released workflow has a new way; histories of released versions are kept as they are.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from boxd.config.schema import Temporal
from boxd.errors import KeysMissing, LedgerUnusable
from boxd.ledger import erasure
from boxd.ledger.ledger import as_text
from boxd.task import TaskKind
from tests.histories.opening import opened_history
from tests.histories.record import without_machine
from tests.ports import free_ports
from tests.workflows.event import KINDS, SEAL, Event, held, until

HERE = Path(__file__).parent
# Each way returns the ids of the workflows whose histories it leaves.
WAYS: dict[str, Callable[[Event], Awaitable[tuple[str, ...]]]] = {}


def way(
    play: Callable[[Event], Awaitable[tuple[str, ...]]],
) -> Callable[[Event], Awaitable[tuple[str, ...]]]:
    """A way through the workflows."""
    WAYS[play.__name__] = play
    return play


@way
async def task_rewarded(event: Event) -> tuple[str, ...]:
    task = await event.start("build")
    await event.scan(task, "workshop")
    await event.submit(task, "https://example.org/1")
    await event.judge(task, "the link is dead")
    await event.submit(task, "https://example.org/2")
    await event.judge(task)
    await event.ended(task)
    return f"task-{task}@box-1", f"issue-{task}@box-1"


@way
async def task_given_up(event: Event) -> tuple[str, ...]:
    task = await event.start("build")
    await event.scan(task, "workshop")
    await event.give_up(task)
    await event.ended(task)
    return (f"task-{task}@box-1",)


@way
async def task_refused(event: Event) -> tuple[str, ...]:
    task = await event.start("demo")
    await event.judge(task, "not yet")
    await event.judge(task, "still not")
    await event.ended(task)
    return (f"task-{task}@box-1",)


@way
async def task_sold_out(event: Event) -> tuple[str, ...]:
    await event.stock("mug", -5)
    task = await event.start("mugs")
    await event.judge(task)
    await event.ended(task)
    return f"task-{task}@box-1", f"issue-{task}@box-1"


@way
async def task_withdrawn(event: Event) -> tuple[str, ...]:
    task = await event.start("demo")
    await event.ledger.write(lambda tx: erasure.forget(tx, 1, "organiser"))
    await event.service.look_again(task)
    await event.ended(task)
    return (f"task-{task}@box-1",)


@way
async def task_expired(event: Event) -> tuple[str, ...]:
    task = await event.start("brief")
    await event.ended(task)
    return (f"task-{task}@box-1",)


@way
async def issue_undone(event: Event) -> tuple[str, ...]:
    with patch("boxd.ledger.issuing.mint", side_effect=KeysMissing("the key file is absent")):
        await event.issue("1")
    return ("issue-request/1@box-1",)


@way
async def issue_ended_by_hand(event: Event) -> tuple[str, ...]:
    """The child is ended while its unit is held; its task looks what came of it."""
    trouble = LedgerUnusable("the disk is full")
    with (
        patch("boxd.workflows.tasks.workflow._FIRST_PAUSE_S", 0.5),
        patch("boxd.ledger.issuing.mint", side_effect=trouble) as mint,
    ):
        task = await event.start("mugs")
        await event.judge(task)

        async def was_tried() -> bool:
            return bool(mint.called)

        await until(was_tried, "the step that fails")
        await event.client.get_workflow_handle(f"issue-{task}@box-1").terminate("by mistake")
    await event.ended(task)
    return (f"task-{task}@box-1",)


@way
async def issue_begun_again_at_once(event: Event) -> tuple[str, ...]:
    """The same since the first pause is left out: the other side of the workflow's patch."""
    return await issue_ended_by_hand(event)


async def play(name: str) -> None:
    """Play one way on a fresh event and write its histories beside this file."""
    folder = Path(tempfile.mkdtemp())
    grpc, http, metrics, ui = free_ports(4)
    settings = Temporal(port=grpc, http_port=http, metrics_port=metrics, ui_port=ui, ui=False)
    ends = as_text(datetime.now(UTC) + timedelta(seconds=5))
    brief = TaskKind("brief", "Brief", verdict=True, expires_at=ends)
    try:
        async with held(folder, settings, kinds=[*KINDS, brief]) as event:
            await event.stock("mug", 5)
            for workflow in await WAYS[name](event):
                history = await event.client.get_workflow_handle(workflow).fetch_history()
                kind = workflow.partition("-")[0]
                file = HERE / f"{name}.{kind}.json"
                file.write_text(
                    without_machine(opened_history(history.to_json(), SEAL)), encoding="utf-8"
                )
                print(f"{file.name}: {len(history.events)} events")
    finally:
        shutil.rmtree(folder)


def main() -> None:
    """Record the ways that are named, or all."""
    for name in sys.argv[1:] or WAYS:
        asyncio.run(play(name))


if __name__ == "__main__":
    main()
