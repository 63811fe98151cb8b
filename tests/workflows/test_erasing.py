"""Forgetting many: their histories at the server go, whatever is taken away meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from temporalio.worker import Replayer

from boxd.config.schema import Temporal
from boxd.ledger import attendees, erasure, forgetting
from boxd.ledger.forgetting import Undone
from boxd.ledger.ledger import Transaction
from boxd.organiser.erasing import Erasing
from boxd.pictures import photo
from boxd.pictures.store import PictureStore
from boxd.temporal.worker import worker_options
from boxd.workflows.erasing.messages import erasing_workflow_id
from boxd.workflows.tasks.photo_service import PhotoService
from tests.workflows.event import BOX, until
from tests.workflows.healing.small_box import ERASING, SmallBox, small_box

PEOPLE = 40
PARENT = erasing_workflow_id(BOX)


@pytest.fixture
async def box(directory: Path, settings: Temporal) -> AsyncIterator[SmallBox]:
    async with small_box(directory, settings) as running:
        yield running


def erasing_of(box: SmallBox) -> Erasing:
    store = PictureStore(box.folder / "photos", photo.WORK)
    return Erasing(box.ledger, box.histories, PhotoService(box.ledger, box.tasks, store))


async def forget(box: SmallBox, *names: str) -> int:
    """Forget these people, or everybody; returns how many histories are left."""
    erasing = erasing_of(box)
    done = await (erasing.forget(names, "anna") if names else erasing.forget_everybody("anna"))
    return done.histories_left


async def begin(box: SmallBox) -> None:
    for number in range(PEOPLE):
        await box.tasks.start("demo", f"person {number}", "app")


async def tasks_at_the_server(box: SmallBox) -> list[str]:
    found = box.client.list_workflows("WorkflowType = 'Task'")
    return [each.id async for each in found]


async def none_is_left(box: SmallBox) -> bool:
    """The list is empty, and the server has begun to delete.

    It takes its time, up to a minute, for a workflow that has just ended.
    """
    return not await box.histories.left() and len(await tasks_at_the_server(box)) < PEOPLE


async def test_everybody_s_histories_go_by_children_and_the_parent_s_history_fits(
    box: SmallBox,
) -> None:
    async with box.release():
        await begin(box)
        assert await forget(box) == 0
        await until(lambda: none_is_left(box), "the end of their histories")
        runs = [each async for each in box.client.list_workflows(f"WorkflowId = '{PARENT}'")]
        histories = [
            await box.client.get_workflow_handle(PARENT, run_id=each.run_id).fetch_history()
            for each in runs
        ]
    assert len(histories) > 1  # it has continued as new
    replayer = Replayer(
        namespace=box.client.namespace,
        workflows=ERASING,
        workflow_runner=worker_options()["workflow_runner"],
        data_converter=box.client.data_converter,
    )
    for history in histories:
        await replayer.replay_workflow(history)


async def test_who_is_forgotten_without_a_server_is_forgotten_there_when_it_is_back(
    box: SmallBox,
) -> None:
    async with box.release():
        await begin(box)
        box.connection.use(None)
        assert await forget(box, "person 1", "person 2") == 2
        box.connection.use(box.client)
        await box.histories.look()

        async def both_are_gone() -> bool:
            return await box.histories.left() == 0

        await until(both_are_gone, "the two")
        assert len(await tasks_at_the_server(box)) >= PEOPLE - 2


async def test_it_goes_on_after_a_kill_and_after_somebody_has_ended_it(box: SmallBox) -> None:
    async with box.release():
        await begin(box)
    box.connection.use(None)
    assert await forget(box) == PEOPLE
    box.connection.use(box.client)
    async with box.release():
        await box.histories.look()

        async def some_are_gone() -> bool:
            return await box.histories.left() < PEOPLE

        await until(some_are_gone, "the first ones")
    assert 0 < await box.histories.left() < PEOPLE
    await box.client.get_workflow_handle(PARENT).terminate()
    async with box.release():  # the healer sees to it
        await until(lambda: none_is_left(box), "the end of their histories")


async def test_who_was_to_be_forgotten_when_the_box_was_killed_is_forgotten_at_its_next_start(
    box: SmallBox,
) -> None:
    def add(tx: Transaction) -> None:
        for number in range(250):
            attendees.number_of(tx, f"visitor {number}")

    await box.ledger.write(add)

    async def remembered() -> int:
        return len(await box.ledger.read(lambda c: erasure.remembered(c, 1000)))

    before = await remembered()
    killed = asyncio.create_task(erasing_of(box).forget_everybody("anna"))

    async def has_begun() -> bool:
        return await remembered() < before

    await until(has_begun, "the first ones")
    killed.cancel()
    with suppress(asyncio.CancelledError):
        await killed
    assert Undone.REMAINS in await box.ledger.read(forgetting.undone)

    await erasing_of(box).go_on()

    assert await remembered() == 0
    assert await box.ledger.read(forgetting.undone) == {}
    assert b"visitor 249" not in box.ledger.file.read_bytes()
