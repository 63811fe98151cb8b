"""Records the histories of recoveries and of forgetting, one for each way through their workflows.

python -m tests.histories.record_recoveries [WAY...]

Run it when a released workflow has a new way; histories of released versions are kept as they are.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from boxd.config.schema import Temporal
from boxd.recovery import GIVE_UP, RecoveryAnswer
from boxd.workflows.erasing.messages import erasing_workflow_id
from tests.histories.opening import opened_history
from tests.histories.record import without_machine
from tests.ports import free_ports
from tests.workflows.event import BOX, SEAL, until
from tests.workflows.healing.small_box import SmallBox, small_box
from tests.workflows.test_erasing import begin, forget

HERE = Path(__file__).parent / "recoveries"
WAYS: dict[str, Callable[[SmallBox], Awaitable[str]]] = {}


def way(play: Callable[[SmallBox], Awaitable[str]]) -> Callable[[SmallBox], Awaitable[str]]:
    """A way through a workflow; returns the workflow's id when it has ended."""
    WAYS[play.__name__] = play
    return play


async def started(box: SmallBox, playbook: str, locker: int | None = None) -> str:
    return str((await box.recoveries.start(playbook, "anna", locker))["id"])


async def answered(box: SmallBox, recovery: str, choice: str, count: int | None = None) -> None:
    now = await box.recoveries.seen(recovery)
    name = f"{recovery}:{now['number']}"
    reply = await box.recoveries.answer(
        RecoveryAnswer(name, recovery, choice, "anna", now["number"], count)
    )
    assert reply.accepted, reply.why


async def ended(box: SmallBox, recovery: str) -> str:
    workflow = f"recovery-{recovery}@{BOX}"

    async def has_ended() -> bool:
        return not await box.runs(workflow)

    await until(has_ended, "the end of its workflow")
    return workflow


@way
async def a_locker_was_jammed(box: SmallBox) -> str:
    recovery = await started(box, "jammed-locker", 1)
    for choice in ("yes", "empty", "yes"):
        await answered(box, recovery, choice)
    return await ended(box, recovery)


@way
async def given_up(box: SmallBox) -> str:
    recovery = await started(box, "box-moved")
    await answered(box, recovery, "yes")
    await answered(box, recovery, GIVE_UP)
    return await ended(box, recovery)


@way
async def prizes_were_counted_by_children(box: SmallBox) -> str:
    recovery = await started(box, "stocktake")
    for child in (await box.recoveries.seen(recovery))["children"]:
        await answered(box, child, "counted", 7)
    return await ended(box, recovery)


@way
async def the_day_began_with_a_self_test(box: SmallBox) -> str:
    recovery = await started(box, "start-of-the-day")

    async def is_tested() -> bool:
        return bool((await box.recoveries.seen(recovery))["step"] == "doors")

    await until(is_tested, "boxd's own answer")
    for choice in ("done", "yes", "done"):
        await answered(box, recovery, choice)
    return await ended(box, recovery)


@way
async def forgotten_by_children(box: SmallBox) -> str:
    await begin(box)
    assert await forget(box) == 0
    return erasing_workflow_id(BOX)


async def record(name: str) -> None:
    """Play one way at a box of its own, and keep the history of the workflow's first run."""
    grpc, http, metrics, ui = free_ports(4)
    settings = Temporal(port=grpc, http_port=http, metrics_port=metrics, ui_port=ui, ui=False)
    with tempfile.TemporaryDirectory() as folder:
        async with small_box(Path(folder), settings) as box:
            async with box.release():
                workflow = await WAYS[name](box)
            found = box.client.list_workflows(f"WorkflowId = '{workflow}'")
            runs = sorted([each async for each in found], key=lambda each: each.start_time)
            handle = box.client.get_workflow_handle(workflow, run_id=runs[0].run_id)
            history = (await handle.fetch_history()).to_json()
            told = opened_history(history, SEAL).replace(folder, "/state")
    (HERE / f"{name}.json").write_text(without_machine(told), encoding="utf-8")


async def main() -> None:
    """Record the ways that are named, or every one."""
    HERE.mkdir(exist_ok=True)
    for name in sys.argv[1:] or WAYS:
        await record(name)


if __name__ == "__main__":
    asyncio.run(main())
