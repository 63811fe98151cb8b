"""Records the histories of the workflows about upstream, one for each way through them.

python -m tests.upstream.record

Run it when a released workflow has a new way; histories of released versions are kept as they are.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from temporalio.client import WorkflowExecutionStatus, WorkflowHandle

from boxd.config.schema import Temporal
from boxd.temporal.queues import task_queue
from boxd.upstream.backoff import Backoff
from boxd.workflows.upstream.messages import NOTED, PULL_WORKFLOW, UPSTREAM, UpstreamStart
from tests.histories.opening import opened_history
from tests.histories.record import without_machine
from tests.ports import free_ports
from tests.upstream.peer import Peer
from tests.upstream.test_delivery import BOX, Delivering, delivering, until
from tests.workflows.event import SEAL

HERE = Path(__file__).parent / "histories"
WAYS: dict[str, Callable[[Delivering, Peer], Awaitable[WorkflowHandle[object, object]]]] = {}


def way(
    play: Callable[[Delivering, Peer], Awaitable[WorkflowHandle[object, object]]],
) -> Callable[[Delivering, Peer], Awaitable[WorkflowHandle[object, object]]]:
    """A way through a workflow; returns whose history it is."""
    WAYS[play.__name__] = play
    return play


async def one_by_one(box: Delivering, peer: Peer, upto: int) -> None:
    for count in range(1, upto + 1):
        await box.box.note(1)
        await box.delivered(peer, count)


@way
async def delivered(box: Delivering, peer: Peer) -> WorkflowHandle[object, object]:
    await one_by_one(box, peer, 4)
    return box.workflow


@way
async def more_than_a_round(box: Delivering, peer: Peer) -> WorkflowHandle[object, object]:
    await box.box.note(2500)
    await box.delivered(peer, 2500)
    return box.workflow


@way
async def tried_at_once(box: Delivering, peer: Peer) -> WorkflowHandle[object, object]:
    peer.stop()
    await box.box.note(1)

    async def has_failed() -> bool:
        return bool(box.box.sender.trouble.failures)

    await until(has_failed, "a failure")
    peer.start()
    await box.service.try_now()
    await box.delivered(peer, 1)
    return box.workflow


@way
async def begun_anew(box: Delivering, peer: Peer) -> WorkflowHandle[object, object]:
    short = await box.client.start_workflow(
        UPSTREAM, UpstreamStart(rounds=2), id="short", task_queue=task_queue(BOX)
    )
    first = box.client.get_workflow_handle(short.id, run_id=short.result_run_id)

    async def has_ended() -> bool:
        await short.signal(NOTED)
        return (await first.describe()).status is WorkflowExecutionStatus.CONTINUED_AS_NEW

    await until(has_ended, "a new run")
    return first


@way
async def pulled(box: Delivering, peer: Peer) -> WorkflowHandle[object, object]:
    order = {"id": "o-1", "type": "prize", "sku": "mug", "name": "Mug", "units": 5}
    peer.backend.orders[""] = {"orders": [order], "cursor": "c-1"}
    return await pull(box)


@way
async def not_pulled(box: Delivering, peer: Peer) -> WorkflowHandle[object, object]:
    peer.mood = "portal"
    return await pull(box)


async def pull(box: Delivering) -> WorkflowHandle[object, object]:
    handle = await box.client.start_workflow(PULL_WORKFLOW, id="pull", task_queue=task_queue(BOX))
    await asyncio.gather(handle.result(), return_exceptions=True)
    return handle


async def record(name: str) -> None:
    """Play a way on a fresh box and write its history."""
    folder = Path(tempfile.mkdtemp())
    grpc, http, metrics, ui = free_ports(4)
    settings = Temporal(port=grpc, http_port=http, metrics_port=metrics, ui_port=ui, ui=False)
    peer = Peer(folder)
    peer.start()
    backoff = Backoff(600, 600)
    async with delivering(folder, settings, peer.url, backoff) as box:
        history = await (await WAYS[name](box, peer)).fetch_history()
    (HERE / f"{name}.json").write_text(
        without_machine(opened_history(history.to_json(), SEAL)), encoding="utf-8"
    )
    print(f"{name}: {len(history.events)} events")
    peer.close()
    shutil.rmtree(folder)


def main() -> None:
    """Record every way."""
    HERE.mkdir(exist_ok=True)
    for name in WAYS:
        asyncio.run(record(name))


if __name__ == "__main__":
    main()
