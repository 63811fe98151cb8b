"""Kills at each question of each playbook: every answer counts once, and each recovery ends."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from random import Random

import pytest
from temporalio.worker import Replayer

from boxd.config.schema import Temporal
from boxd.errors import Refused
from boxd.ledger import recoveries
from boxd.playbooks import playbooks
from boxd.recovery import AboutWhat, Playbook, PlaybookStep, RecoveryAnswer, RecoveryStanding
from boxd.temporal.worker import worker_options
from boxd.workflows.recovery.workflow import RecoveryWorkflow
from tests.workflows.event import BOX, until
from tests.workflows.healing.small_box import SmallBox, small_box

FAULTS = ("daemon", "workflow", "server")
_ids = count(1)


@dataclass
class Booth:
    """The small box, whose daemon, workflows and server can be taken away."""

    box: SmallBox
    _running: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def start(self) -> None:
        """The daemon's workers, as after a restart."""
        self._running = AsyncExitStack()
        await self._running.enter_async_context(self.box.release())
        await self.box.recoveries.catch_up(self.box.client)

    async def stop(self) -> None:
        """No worker polls."""
        await self._running.aclose()

    async def suffer(self, fault: str, answering: Callable[[], Awaitable[bool]]) -> bool:
        """Have the fault around an answer; returns whether that was taken."""
        if fault == "daemon":
            await self.stop()
            taken = await answering()
            await self.start()
            return taken
        if fault == "workflow":
            for each in await self.box.ledger.read(recoveries.open_ones):
                await self._end_workflow(each.recovery)
            taken = await answering()
        else:
            self.box.connection.use(None)
            taken = await answering()
            self.box.connection.use(self.box.client)
        await self.box.recoveries.catch_up(self.box.client)
        return taken

    async def answer(self, recovery: str, choice: str) -> bool:
        """Answer with a count of 7, twice under one id: the second time changes nothing."""
        said = RecoveryAnswer(f"answer-{next(_ids)}", recovery, choice, "anna", count=7)
        try:
            taken = await self.box.recoveries.answer(said)
        except Refused:
            return False
        if taken.accepted:
            assert (await self.box.recoveries.answer(said)).standing == taken.standing
        return taken.accepted

    async def answers(self) -> int:
        """How many the ledger has."""
        found = await self.box.ledger.read(
            lambda c: c.execute("SELECT count(*) FROM recovery_answers").fetchone()
        )
        return int(found[0])

    async def _end_workflow(self, recovery: str) -> None:
        if await self.box.runs(f"recovery-{recovery}@{BOX}"):
            await self.box.client.get_workflow_handle(f"recovery-{recovery}@{BOX}").terminate()


@asynccontextmanager
async def started(directory: Path, settings: Temporal) -> AsyncIterator[Booth]:
    async with small_box(directory, settings) as box:
        booth = Booth(box)
        await booth.start()
        yield booth
        await booth.stop()


async def questions(booth: Booth) -> list[tuple[RecoveryStanding, PlaybookStep]]:
    """What is asked now, of those that wait for nobody else."""
    known = booth.box.recoveries.playbooks()
    found = []
    for standing in await booth.box.ledger.read(recoveries.open_ones):
        if not standing.children:
            seen = await booth.box.recoveries.seen(standing.recovery)
            step = known[seen["playbook"]].step(standing.step)
            assert step is not None
            found.append((standing, step))
    return found


async def go_through(booth: Booth, playbook: Playbook, fault: str, at: int) -> int:
    """To the end by the first answers that are taken; the fault falls on answer number `at`."""
    locker = 1 if AboutWhat.LOCKER in playbook.needs else None
    sku = "mug" if AboutWhat.PRIZE in playbook.needs else ""
    begun = str((await booth.box.recoveries.start(playbook.id, "anna", locker, sku))["id"])
    for number in count():
        asked = await questions(booth)
        if not asked:
            await until(lambda: has_ended(booth, begun), f"the end of {playbook.id}")
            await replays(booth, begun)
            return number
        standing, step = asked[0]
        if step.runs is not None:  # boxd answers this one
            if number == at:
                await booth.suffer(fault, nobody_answers)
            await until(partial(has_gone_on, booth, standing), "boxd's own answer")
            continue
        for choice in step.choices:
            answering = partial(booth.answer, standing.recovery, choice.id)
            if await (booth.suffer(fault, answering) if number == at else answering()):
                break
        else:
            raise AssertionError(f"{playbook.id}: nothing is taken at {step.id}")
    raise AssertionError("unreachable")


async def nobody_answers() -> bool:
    return False


async def has_gone_on(booth: Booth, standing: RecoveryStanding) -> bool:
    now = await booth.box.ledger.read(partial(recoveries.require, recovery=standing.recovery))
    return now.number > standing.number


async def has_ended(booth: Booth, recovery: str) -> bool:
    return not await booth.box.runs(f"recovery-{recovery}@{BOX}")


async def replays(booth: Booth, recovery: str) -> None:
    handle = booth.box.client.get_workflow_handle(f"recovery-{recovery}@{BOX}")
    replayer = Replayer(
        namespace=booth.box.client.namespace,
        workflows=[RecoveryWorkflow],
        workflow_runner=worker_options()["workflow_runner"],
        data_converter=booth.box.client.data_converter,
    )
    await replayer.replay_workflow(await handle.fetch_history())


@pytest.mark.parametrize(
    "seed",
    [
        1,
        pytest.param(None, id="all", marks=[pytest.mark.proof, pytest.mark.long]),
    ],
)
async def test_an_answer_counts_once_whatever_is_taken_away_around_it(
    directory: Path, settings: Temporal, seed: int | None
) -> None:
    async with started(directory, settings) as booth:
        tried = 0
        for playbook in playbooks().values():
            length = await go_through(booth, playbook, "", -1)
            points = [(fault, at) for fault in FAULTS for at in range(length)]
            for fault, at in points if seed is None else Random(seed).sample(points, 1):
                before = await booth.answers()
                assert await go_through(booth, playbook, fault, at) == length, (fault, at)
                assert await booth.answers() - before == length
                tried += 1
        print(f"{tried} faults in {len(playbooks())} playbooks")
        assert await booth.box.ledger.read(recoveries.open_ones) == []
