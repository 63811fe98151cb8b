"""Boxes that share a Temporal service, with copied keys: none does anything for another."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from boxd.config.schema import Temporal
from boxd.errors import HeldByAnother
from boxd.task import TaskState
from boxd.temporal.queues import tasks_queue
from boxd.temporal.worker import create_worker
from boxd.workflows.place.installation import load_installation
from boxd.workflows.place.messages import place_workflow_id
from boxd.workflows.place.service import hold
from boxd.workflows.place.workflow import PlaceWorkflow
from boxd.workflows.tasks.messages import TaskStart
from boxd.workflows.tasks.workflow import TaskWorkflow
from boxd.workflows.unreadable import end_unreadable
from tests.temporal.conftest import serving
from tests.workflows.event import SEAL, Event, at_box, until

OTHER = "box-1-backup"  # its queue and schedules begin like those of box-1


@pytest.fixture
async def boxes(directory: Path, settings: Temporal) -> AsyncIterator[tuple[Event, Event]]:
    """Two boxes with a mug each."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(serving(settings, directory))
        found = []
        for name in ("box-1", OTHER):
            (directory / name).mkdir()
            box = await stack.enter_async_context(at_box(directory / name, settings, name))
            await box.stock("mug", 1)
            found.append(box)
        yield found[0], found[1]


async def test_a_verdict_reaches_its_own_attendee_though_the_tasks_have_one_name(
    boxes: tuple[Event, Event],
) -> None:
    first, second = boxes
    here = await first.start("demo", "ada")
    there = await second.start("demo", "bob")
    assert here == there == "demo.1"

    await second.judge(there)

    assert (await second.ended(there)).state is TaskState.REWARDED
    assert (await first.standing(here)).state is TaskState.OPEN
    assert (await first.stock("mug"))["held"] == 0
    await first.judge(here)
    assert (await first.ended(here)).state is TaskState.REWARDED


async def test_two_issues_with_one_name_are_two(boxes: tuple[Event, Event]) -> None:
    for box, attendee in zip(boxes, ("ada", "bob"), strict=True):
        issued = await box.issue("one", attendee)
        assert issued.code == 1
        assert (await box.stock("mug"))["held"] == 1


async def test_reconciliation_and_a_lost_key_leave_other_boxes_alone(
    boxes: tuple[Event, Event], tmp_path: Path
) -> None:
    first, second = boxes
    task = await second.start("demo", "bob")

    await first.reconcile()
    await end_unreadable(first.client, first.box, SEAL, tmp_path / "sealed-by")

    await second.judge(task)
    assert (await second.ended(task)).state is TaskState.REWARDED
    assert await second.actions("workflow.ended") == 0


async def test_an_open_task_of_an_earlier_release_goes_on_under_an_id_with_its_box(
    event: Event,
) -> None:
    task = await event.start("demo")
    await event.workflow(task).terminate("the earlier release knew no such id")
    old = await event.client.start_workflow(
        TaskWorkflow.run, TaskStart(task), id=f"task-{task}", task_queue=tasks_queue(event.box)
    )

    async def is_listed() -> bool:
        query = f"WorkflowId = '{old.id}' AND ExecutionStatus = 'Running'"
        return bool([each async for each in event.client.list_workflows(query)])

    await until(is_listed, "the old workflow in the list")
    await event.reconcile()

    described = await old.describe()
    assert described.status is not None
    assert described.status.name == "TERMINATED"
    await event.judge(task)
    assert (await event.ended(task)).state is TaskState.REWARDED


async def test_workflows_are_found_by_their_box(boxes: tuple[Event, Event]) -> None:
    first, second = boxes
    await first.start("demo", "ada")
    await second.start("demo", "bob")

    async def found() -> bool:
        query = f"BoxdBox = '{OTHER}'"
        names = [each.id async for each in first.client.list_workflows(query)]
        return names == [f"task-demo.1@{OTHER}"]

    await until(found, "the other box's task alone")


async def test_a_copy_of_an_installation_does_not_get_the_boxs_name(
    event: Event, tmp_path: Path
) -> None:
    for name in ("own", "copied"):
        (tmp_path / name).mkdir()
    own = load_installation(tmp_path / "own" / "installation.id")
    copied_file = tmp_path / "copied" / "installation.id"
    copied_file.write_bytes((tmp_path / "own" / "installation.id").read_bytes())

    await hold(event.client, event.box, own)
    await hold(event.client, event.box, load_installation(tmp_path / "own" / "installation.id"))

    with pytest.raises(HeldByAnother) as refused:
        await hold(event.client, event.box, load_installation(copied_file))
    assert own.name in str(refused.value)
    await hold(event.client, OTHER, load_installation(copied_file))


async def test_a_name_that_its_box_has_left_can_be_held_by_another(
    event: Event, tmp_path: Path
) -> None:
    for name in ("gone", "new"):
        (tmp_path / name).mkdir()
    await hold(event.client, event.box, load_installation(tmp_path / "gone" / "installation.id"))
    place = event.client.get_workflow_handle(place_workflow_id(event.box))

    async with create_worker(event.client, event.box, [PlaceWorkflow], []):
        await place.signal(PlaceWorkflow.leave)
        await place.result()

    await hold(event.client, event.box, load_installation(tmp_path / "new" / "installation.id"))


def test_a_copied_card_is_another_installation_on_another_machine(tmp_path: Path) -> None:
    file, serial = tmp_path / "installation.id", tmp_path / "serial-number"
    serial.write_bytes(b"100000001\0")
    own = load_installation(file, serial)
    assert load_installation(file, serial) == own

    serial.write_bytes(b"100000002\0")

    assert load_installation(file, serial).id != own.id
