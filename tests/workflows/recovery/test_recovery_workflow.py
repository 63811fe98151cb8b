"""A recovery's workflow follows the ledger, whatever is away, and calls what it calls."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest
from temporalio.worker import Replayer

from boxd.config.schema import Temporal
from boxd.ledger import alarms, recoveries
from boxd.playbooks import playbooks
from boxd.recovery import RecoveryAnswer, RecoveryStanding
from boxd.temporal.worker import worker_options
from boxd.workflows.recovery.service import RecoveryService
from boxd.workflows.recovery.workflow import RecoveryWorkflow
from tests.workflows.event import BOX, until
from tests.workflows.healing.small_box import SmallBox, small_box

_ids = count(1)


@pytest.fixture
async def box(directory: Path, settings: Temporal) -> AsyncIterator[SmallBox]:
    async with small_box(directory, settings) as running:
        yield running


async def answer(box: SmallBox, recovery: str, choice: str, units: int | None = None) -> bool:
    said = RecoveryAnswer(f"answer-{next(_ids)}", recovery, choice, "anna", count=units)
    return (await box.recoveries.answer(said)).accepted


async def standing(box: SmallBox, recovery: str) -> RecoveryStanding:
    return await box.ledger.read(lambda c: recoveries.require(c, recovery))


async def has_ended(box: SmallBox, recovery: str) -> bool:
    return not await box.runs(f"recovery-{recovery}@{BOX}")


async def test_a_stocktake_called_by_a_playbook_ends_with_its_workflows(box: SmallBox) -> None:
    async with box.release():
        restore = str((await box.recoveries.start("after-a-restore", "anna"))["id"])
        assert await answer(box, restore, "done")
        (stocktake,) = (await standing(box, restore)).children
        (mugs,) = (await standing(box, stocktake)).children
        await until(lambda: box.runs(f"recovery-{mugs}@{BOX}"), "the called one's workflow")
        assert await answer(box, mugs, "counted", 499)
        assert (await standing(box, restore)).step == "codes"
        for name in (mugs, stocktake):
            await until(lambda name=name: has_ended(box, name), f"the end of {name}")
        for _ in range(3):
            assert await answer(box, restore, "done")
        await until(lambda: has_ended(box, restore), "its end")
        history = await box.client.get_workflow_handle(f"recovery-{restore}@{BOX}").fetch_history()
    assert (await box.stock())["on_hand"] == 499
    replayer = Replayer(
        namespace=box.client.namespace,
        workflows=[RecoveryWorkflow],
        workflow_runner=worker_options()["workflow_runner"],
        data_converter=box.client.data_converter,
    )
    await replayer.replay_workflow(history)


async def test_answers_count_while_the_server_is_away_and_the_workflow_follows(
    box: SmallBox,
) -> None:
    box.connection.use(None)
    locker = str((await box.recoveries.start("jammed-locker", "anna", 1))["id"])
    assert await answer(box, locker, "yes")
    box.connection.use(box.client)
    async with box.release():
        await box.recoveries.catch_up(box.client)
        await until(lambda: box.runs(f"recovery-{locker}@{BOX}"), "its workflow")
        box.connection.use(None)
        assert await answer(box, locker, "empty")
        assert await answer(box, locker, "yes")
        box.connection.use(box.client)
        await box.recoveries.catch_up(box.client)
        await until(lambda: has_ended(box, locker), "its end")


async def test_a_question_that_nobody_answers_is_an_alarm(box: SmallBox) -> None:
    hasty = RecoveryService(box.connection, box.ledger, BOX, playbooks, remind_after_s=0.2)
    async with box.release():
        locker = str((await hasty.start("jammed-locker", "anna", 1))["id"])

        async def is_told() -> bool:
            found = await box.ledger.read(alarms.active)
            return locker in [each["subject"] for each in found]

        await until(is_told, "the alarm")
        assert await answer(box, locker, "no")
        found = await box.ledger.read(alarms.active)
        assert [each["kind"] for each in found] == ["locker_out_of_service"]
        await until(lambda: has_ended(box, locker), "its end")
