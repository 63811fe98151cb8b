"""Whatever changes in a workflow's program, forward and back: nothing stuck, nothing twice.

What is open begins under our program, a mutant takes over while people answer, and ours comes back.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from boxd.config.schema import Temporal
from boxd.devices import DoorState
from boxd.errors import BoxdError
from boxd.redemption import AnswerKind, Stage
from boxd.workflows.redemption.workflow import RedemptionWorkflow
from boxd.workflows.tasks.issue_workflow import IssueCodeWorkflow
from boxd.workflows.tasks.workflow import TaskWorkflow
from tests.workflows.healing.mutants import Mutant, mutants_of
from tests.workflows.healing.small_box import OURS, SmallBox, small_box

pytestmark = pytest.mark.proof
STUCK_AFTER_S = 60.0
STAGES = {1: Stage.LOAD, 2: Stage.TAKE, 3: Stage.JAM}
_attendees = count(1)
_UNAWARE = "self._follow(reply.standing)"


async def answered(box: SmallBox, redemption: str) -> None:
    """Give the answer that the present question wants; it may not be taken."""
    standing = await box.standing(redemption)
    with suppress(BoxdError):
        match standing.stage:
            case Stage.LOAD:
                box.doors[standing.locker or 0].move(DoorState.CLOSED)
                await box.answer(redemption, AnswerKind.LOADED)
            case Stage.JAM | Stage.ASK:
                await box.answer(redemption, AnswerKind.OPENED)
            case Stage.TAKE:
                await box.take_out(redemption)
            case _:
                await asyncio.sleep(0.05)


async def asked(box: SmallBox, task: str) -> None:
    with suppress(BoxdError):
        if task.startswith("hunt"):
            await box.scan(task, "stage")
        else:
            await box.approve(task)


async def round_of(box: SmallBox, mutant: Mutant) -> list[str]:
    """One mutant under everything that is open; returns what is wrong afterwards."""
    pulses = {bay: box.latches[bay].pulses for bay in STAGES}
    dispensed = int(str((await box.stock())["dispensed"]))
    name = f"attendee {next(_attendees)}"
    async with box.release():
        open_ones = {bay: await box.at(bay, stage) for bay, stage in STAGES.items()}
        tasks = [await box.start("hunt", name), await box.start("mugs", name)]
        await box.scan(tasks[0], "entrance")
    others = [each for each in OURS if each.__name__ != mutant.workflow.__name__]
    async with box.release([*others, mutant.workflow]):
        answers = [answered(box, each) for each in open_ones.values()]
        await asyncio.gather(*answers, *(asked(box, task) for task in tasks))
    async with box.release():
        stuck = await _stuck(box, list(open_ones.values()), tasks)
    wrong = [f"stuck: {each}" for each in stuck]
    for bay, redemption in open_ones.items():
        sent = box.latches[bay].pulses - pulses[bay]
        if sent != (await box.standing(redemption)).attempt:
            wrong.append(f"{sent} pulses at bay {bay}")
    paid = int(str((await box.stock())["dispensed"])) - dispensed
    return wrong + ([f"{paid} prizes paid"] if paid != len(open_ones) else [])


async def _stuck(box: SmallBox, redemptions: list[str], tasks: list[str]) -> list[str]:
    deadline = time.monotonic() + STUCK_AFTER_S
    while True:
        left = [each for each in redemptions if not (await box.standing(each)).stage.has_ended]
        left_tasks = [each for each in tasks if not (await box.task(each)).state.has_ended]
        if (not left and not left_tasks) or time.monotonic() > deadline:
            return left + left_tasks
        await asyncio.gather(
            *(answered(box, each) for each in left), *(asked(box, each) for each in left_tasks)
        )
        await asyncio.sleep(0.1)


async def _all_of(mutants: Sequence[Mutant], directory: Path, settings: Temporal) -> None:
    async with small_box(directory, settings) as box:
        found = {each.name: await round_of(box, each) for each in mutants}
        healed = len(await box.healed())
    wrong = {name: what for name, what in found.items() if what}
    print(f"{len(found)} mutants, {healed} workflows healed, {len(wrong)} wrong: {wrong}")
    assert not wrong


async def test_some_mutants_leave_nothing_stuck_and_nothing_twice(
    directory: Path, settings: Temporal
) -> None:
    # Of a task this one: it answers that it approved, and does not begin the code.
    unaware = [
        each
        for each in mutants_of(TaskWorkflow)
        if each.name.startswith("moved") and _UNAWARE in each.name
    ]
    some = [*list(mutants_of(RedemptionWorkflow))[7::97], *unaware]
    assert unaware
    await _all_of(some, directory, settings)


@pytest.mark.long
@pytest.mark.parametrize("workflow", [RedemptionWorkflow, TaskWorkflow, IssueCodeWorkflow])
async def test_no_mutant_leaves_anything_stuck_or_twice(
    workflow: type, directory: Path, settings: Temporal
) -> None:
    await _all_of(list(mutants_of(workflow)), directory, settings)
