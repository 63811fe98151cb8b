"""What stands still heals by itself within five seconds, whatever was done to it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import (
    DeleteWorkflowExecutionRequest,
    PauseWorkflowExecutionRequest,
    ResetWorkflowExecutionRequest,
)

from boxd.config.schema import Temporal
from boxd.redemption import AnswerKind, RedemptionStanding, Stage
from boxd.task import TaskState
from boxd.temporal import command
from boxd.workflows.healing.condition import condition_of
from boxd.workflows.redemption.messages import RedemptionStart
from boxd.workflows.redemption.workflow import RedemptionWorkflow
from boxd.workflows.tasks.issue_workflow import IssueCodeWorkflow
from boxd.workflows.tasks.messages import TaskStart
from boxd.workflows.tasks.workflow import TaskWorkflow
from tests.workflows.event import until
from tests.workflows.healing.small_box import OURS, SmallBox, small_box

WITHIN_S = 5.0
# Looks and calls of a machine that is busy with other tests.
BUSY_S = 10.0


@workflow.defn(name="Redemption", sandboxed=False)
class SleepsFirst(RedemptionWorkflow):
    """A release with one step more: a history of ours does not fit it."""

    @workflow.init
    def __init__(self, start: RedemptionStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: RedemptionStart) -> RedemptionStanding:
        """Sleep, then go on."""
        await workflow.sleep(timedelta(milliseconds=1))
        return await super().run(start)


@workflow.defn(name="Task", sandboxed=False)
class TaskSleepsFirst(TaskWorkflow):
    """The same of a task."""

    @workflow.init
    def __init__(self, start: TaskStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: TaskStart) -> TaskState:
        """Sleep, then go on."""
        await workflow.sleep(timedelta(milliseconds=1))
        return await super().run(start)


NEXT = (SleepsFirst, TaskSleepsFirst, IssueCodeWorkflow)


async def terminate(box: SmallBox, name: str) -> None:
    await box.client.get_workflow_handle(name).terminate(reason="by hand")


async def cancel(box: SmallBox, name: str) -> None:
    await box.client.get_workflow_handle(name).cancel()


async def delete(box: SmallBox, name: str) -> None:
    await box.client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(
            namespace="default", workflow_execution=WorkflowExecution(workflow_id=name)
        )
    )


async def pause(box: SmallBox, name: str) -> None:
    await box.client.workflow_service.pause_workflow_execution(
        PauseWorkflowExecutionRequest(
            namespace="default", workflow_id=name, reason="by hand", request_id="1"
        )
    )


async def reset(box: SmallBox, name: str) -> None:
    history = await box.client.get_workflow_handle(name).fetch_history()
    completed = (
        event.event_id
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    )
    await box.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace="default",
            workflow_execution=WorkflowExecution(workflow_id=name),
            workflow_task_finish_event_id=next(completed),
            request_id="1",
            reason="by hand",
        )
    )


@pytest.fixture
async def box(
    directory: Path, settings: Temporal, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[SmallBox]:
    """A small box on a server that lets people pause workflows, as another server may."""
    allowed = dict(command.DYNAMIC_CONFIG) | {"frontend.WorkflowPauseEnabled": "true"}
    monkeypatch.setattr(command, "DYNAMIC_CONFIG", allowed)
    async with small_box(directory, settings) as running:
        yield running


async def healed(box: SmallBox, names: set[str], begun: float) -> None:
    """Wait until each of these was healed and runs again."""

    async def are_healed() -> bool:
        records = {each["detail"]["workflow"] for each in await box.healed()}
        return names <= records and all([await box.runs(name) for name in names])

    await until(are_healed, f"the healing of {names}")
    assert time.monotonic() - begun < BUSY_S


async def test_what_somebody_ended_paused_or_reset_is_begun_again_with_a_record(
    box: SmallBox,
) -> None:
    interventions = [terminate, cancel, delete, pause, reset]
    async with box.release():
        redemptions = [await box.at(bay, Stage.TAKE) for bay in range(1, 6)]
        tasks = [await box.start("hunt", name) for name in ("ada", "bob", "eve", "ida", "udo")]
        for task in tasks:
            await box.scan(task, "entrance")
        await asyncio.sleep(3.1)  # what was deleted just after its start counts as being started
        begun = time.monotonic()
        for intervene, redemption, task in zip(interventions, redemptions, tasks, strict=True):
            await intervene(box, f"redemption-{redemption}@box-1")
            await intervene(box, f"task-{task}@box-1")
        names = {f"redemption-{each}@box-1" for each in redemptions} | {
            f"task-{each}@box-1" for each in tasks
        }
        await healed(box, names, begun)
        assert len(await box.alarms()) >= len(names)
        for redemption in redemptions:
            assert (await box.take_out(redemption)).accepted
        for task in tasks:
            assert (await box.scan(task, "stage")).accepted
            await until(lambda task=task: is_rewarded(box, task), "the code")
    assert [each.pulses for each in box.latches.values()] == [1, 1, 1, 1, 1, 0]
    assert (await box.stock())["dispensed"] == 5
    kept = list((box.folder / "healed").glob("*.json"))
    # Nothing is left of what was deleted. A task that the comparison with the ledger met first (on
    # a busy machine, before the server's list had it as ended) was begun again without its history.
    assert len(redemptions) - 1 <= len(kept) <= len(names) - 2
    assert all(json.loads(file.read_text())["events"] for file in kept)


async def is_rewarded(box: SmallBox, task: str) -> bool:
    return (await box.task(task)).state is TaskState.REWARDED


async def test_what_does_not_fit_another_release_is_begun_again_forward_and_back(
    box: SmallBox,
) -> None:
    async with box.release():
        at_load = await box.at(1, Stage.LOAD)
        at_take = await box.at(2, Stage.TAKE)
        task = await box.start("hunt")
        await box.scan(task, "entrance")
    async with box.release(NEXT):
        assert (await box.take_out(at_take)).accepted
        assert (await box.scan(task, "stage")).accepted
        await until(lambda: is_rewarded(box, task), "the code")
        at_jam = await box.at(3, Stage.JAM)
        assert (await box.answer(at_load, AnswerKind.LOADED)).accepted
    async with box.release():
        assert (await box.answer(at_jam, AnswerKind.OPENED)).accepted
        await until(lambda: box.is_at(at_load, Stage.TAKE), "the open door")
        for redemption in (at_load, at_jam):
            assert (await box.take_out(redemption)).accepted
    assert [each.pulses for each in box.latches.values()] == [1, 1, 1, 0, 0, 0]
    assert (await box.stock())["dispensed"] == 3


async def test_an_issue_that_somebody_ended_goes_on_at_once(box: SmallBox) -> None:
    async with box.release((RedemptionWorkflow, TaskWorkflow)):
        task = await box.start("mugs")
        assert (await box.approve(task)).accepted
    async with box.release(OURS):
        begun = time.monotonic()
        await until(lambda: is_rewarded(box, task), "the code")
    assert time.monotonic() - begun < BUSY_S
    assert (await box.stock())["held"] == 1


async def test_an_approved_task_is_not_signalled_while_its_program_has_a_step_to_do(
    directory: Path, settings: Temporal
) -> None:
    async with small_box(directory, settings, heals=False) as box:
        async with box.release():
            task = await box.start("mugs")
            name = f"task-{task}@box-1"

            async def waits() -> bool:
                return not (await condition_of(box.client, name)).is_at_work

            await until(waits, "the workflow waits")
        # Nobody works from here on, as if the program failed at each attempt: a signal more would
        # let the server count the attempts from the first again.
        for _ in range(3):
            await box.tasks.tell_approved(task)
        history = await box.client.get_workflow_handle(name).fetch_history()
    signal = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
    assert [each.event_type for each in history.events].count(signal) == 1
