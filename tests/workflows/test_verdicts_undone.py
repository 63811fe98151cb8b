"""Verdicts that can be undone: final after ten seconds, whatever happens in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from boxd.config.schema import Temporal
from boxd.errors import NotFound, Refused
from boxd.ledger import pending_verdicts
from boxd.ledger.pending_verdicts import UNDO_S
from boxd.machine_clock import utc_now
from boxd.task import TaskState, Verdict
from boxd.workflows.tasks.verdict_keeper import VerdictKeeper
from tests.temporal.conftest import directory, made, settings
from tests.workflows.event import Event, held, until

__all__ = ["directory", "made", "settings"]


@asynccontextmanager
async def keeper(event: Event, later_s: float = 0) -> AsyncIterator[VerdictKeeper]:
    """The keeper at work, with a clock that is ahead."""
    found = VerdictKeeper(
        event.ledger, event.service, lambda: utc_now() + timedelta(seconds=later_s)
    )
    working = asyncio.create_task(found.run())
    try:
        yield found
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working


@pytest.fixture
async def event(directory: Path, settings: Temporal) -> AsyncIterator[Event]:
    async with held(directory, settings) as found:
        await found.stock("mug", 5)
        yield found


async def test_a_verdict_reaches_its_task_when_it_can_t_be_undone_any_more(event: Event) -> None:
    task = await event.start("demo")
    async with keeper(event) as early:
        await early.give(Verdict("v-1", task, True, "Eva"))
        assert (await event.standing(task)).state is TaskState.OPEN
    async with keeper(event, UNDO_S + 1):  # after a restart
        assert (await event.ended(task)).state is TaskState.REWARDED

        async def is_gone() -> bool:
            return not await event.ledger.read(pending_verdicts.all_of)

        await until(is_gone, "no verdict on its way")
    assert await event.actions("task.approved") == 1


async def test_an_undone_verdict_never_reaches_its_task(event: Event) -> None:
    task = await event.start("demo")
    async with keeper(event) as found:
        await found.give(Verdict("v-1", task, True, "Eva"))
        with pytest.raises(Refused, match="Eva has just judged"):
            await found.give(Verdict("v-2", task, False, "Emil", "no"))
        await found.undo(task, "Eva")
        with pytest.raises(NotFound, match="can be undone any more"):
            await found.undo(task, "Eva")
    async with keeper(event, UNDO_S + 1) as found:
        await found.give(Verdict("v-3", task, False, "Emil", "the lid is open"))

        async def is_refused() -> bool:
            return bool((await event.standing(task)).last_refusal)

        await until(is_refused, "the refusal")
    assert (await event.standing(task)).last_refusal == "the lid is open"
    assert (await event.standing(task)).tries_used == 1


async def test_a_task_that_was_judged_by_its_qr_code_meanwhile_is_left_alone(event: Event) -> None:
    task = await event.start("demo")
    async with keeper(event) as found:
        await found.give(Verdict("v-1", task, True, "Eva"))
        await event.judge(task, "the lid is open")
    async with keeper(event, UNDO_S + 1):

        async def is_gone() -> bool:
            return not await event.ledger.read(pending_verdicts.all_of)

        await until(is_gone, "no verdict on its way")
    assert (await event.standing(task)).state is TaskState.OPEN
