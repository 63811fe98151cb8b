"""Records the histories of housekeeping, one for each way through its workflows.

python -m tests.histories.record_housekeeping [WAY...]

Run it when a released workflow has a new way; histories of released versions are kept as they are.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from temporalio.client import ScheduleActionExecutionStartWorkflow

from boxd.config.schema import Temporal
from boxd.ledger import codes, stock
from boxd.ledger.code_keys import CodeKeys
from tests.histories.opening import opened_history
from tests.histories.record import without_machine
from tests.ports import free_ports
from tests.workflows.event import SEAL
from tests.workflows.test_housekeeping import BOX, GONE, PASSED, House, kept

HERE = Path(__file__).parent / "housekeeping"
WAYS: dict[str, Callable[[House], Awaitable[str]]] = {}


def way(play: Callable[[House], Awaitable[str]]) -> Callable[[House], Awaitable[str]]:
    """A way through a workflow; returns the schedule's name when the run has ended."""
    WAYS[play.__name__] = play
    return play


@way
async def nothing_expired(house: House) -> str:
    await house.ran("expiry")
    return "expiry"


@way
async def codes_expired_in_batches(house: House) -> str:
    keys = CodeKeys(b"c" * 32, b"r" * 32)
    prize = stock.StockedPrize("mug", "Mug", 70)
    await house.ledger.write(lambda tx: stock.import_prizes(tx, [prize], "test"))
    order = codes.CodeOrder("ada", BOX, 8, 1, "test", "mug")
    for _ in range(60):
        await house.ledger.write(lambda tx: codes.issue(tx, order, keys))
    house.clock[0] += timedelta(days=2)
    await house.ran("expiry")
    return "expiry"


@way
async def backed_up(house: House) -> str:
    await house.ran("backup")
    return "backup"


@way
async def not_backed_up(house: House) -> str:
    house.backups.write_text("a file where the directory should be")
    await house.ran("backup")
    return "backup"


@way
async def devices_passed(house: House) -> str:
    await house.ran("self-test")
    return "self-test"


@way
async def a_device_failed(house: House) -> str:
    house.tested[:] = [PASSED, GONE]
    await house.ran("self-test")
    return "self-test"


@way
async def audit_verified(house: House) -> str:
    await house.ran("verification")
    return "verification"


async def record(name: str) -> None:
    """Play one way in a house of its own, and keep the history of its run."""
    grpc, http, metrics, ui = free_ports(4)
    settings = Temporal(port=grpc, http_port=http, metrics_port=metrics, ui_port=ui, ui=False)
    with tempfile.TemporaryDirectory() as folder:
        async with kept(Path(folder), settings) as house:
            schedule = await WAYS[name](house)
            handle = house.client.get_schedule_handle(f"boxd-{BOX}-{schedule}")
            run = (await handle.describe()).info.recent_actions[-1].action
            assert isinstance(run, ScheduleActionExecutionStartWorkflow)
            workflow = house.client.get_workflow_handle(run.workflow_id)
            history = (await workflow.fetch_history()).to_json()
            told = opened_history(history, SEAL).replace(folder, "/state")
    (HERE / f"{name}.json").write_text(without_machine(told), encoding="utf-8")


async def main() -> None:
    """Record the ways that are named, or every one."""
    HERE.mkdir(exist_ok=True)
    for name in sys.argv[1:] or WAYS:
        await record(name)


if __name__ == "__main__":
    asyncio.run(main())
