"""The saga on a real server: each step may fail, each is undone, nothing is held for ever."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError
from temporalio.service import RPCError, RPCStatusCode

from boxd.config.schema import Temporal
from boxd.errors import KeysMissing, LedgerUnusable, TemporalUnavailable
from boxd.issue import IssueState
from boxd.ledger import issues, issuing, task_standings, tasks
from boxd.ledger.ledger import Transaction
from boxd.task import TaskState
from tests.workflows.event import Event, held, until

STEPS = ("pick", "hold", "mint", "hand_over")


def fail(
    monkeypatch: pytest.MonkeyPatch, step: str, error: Exception, times: int = 1_000_000
) -> None:
    """Let a step fail so many times; then it works."""
    real: Callable[..., Any] = getattr(issuing, step)
    left = [times]

    def failing(*arguments: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise error
        return real(*arguments)

    monkeypatch.setattr(issuing, step, failing)


async def whole(event: Event) -> tuple[object, object]:
    stock = await event.stock("mug")
    return stock["on_hand"], stock["held"]


async def test_a_code_is_issued_without_a_task_and_asked_for_again_is_the_same(
    event: Event,
) -> None:
    first, again = await event.issue("one"), await event.issue("one")
    assert first == again
    assert (first.state, first.sku, first.code) == (IssueState.DONE, "mug", 1)
    assert await whole(event) == (4, 1)


async def test_the_same_order_from_twenty_at_once_is_one_code(event: Event) -> None:
    issued = await asyncio.gather(*(event.issue("one") for _ in range(20)))
    assert {each.code for each in issued} == {1}
    assert await whole(event) == (4, 1)


async def test_a_verdict_and_its_code_are_one_commit_and_no_other_workflow(event: Event) -> None:
    task = await event.start("mugs")
    before = event.ledger.commits
    await event.judge(task)
    assert (await event.ended(task)).state is TaskState.REWARDED
    assert event.ledger.commits == before + 1
    with pytest.raises(RPCError) as missing:
        await event.client.get_workflow_handle(f"issue-{task}@box-1").describe()
    assert missing.value.status is RPCStatusCode.NOT_FOUND


@pytest.mark.parametrize("step", STEPS)
async def test_a_step_that_can_t_be_done_undoes_those_before_it(
    event: Event, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    fail(monkeypatch, step, KeysMissing("the key file is absent"))
    task = await event.start("mugs")
    await event.judge(task)

    ended = await event.ended(task)

    assert ended.state is TaskState.FAILED
    assert await whole(event) == (5, 0)
    assert await event.alarms() == ["code_not_issued"]
    monkeypatch.undo()
    await event.service.issue_again(task, "organiser")
    await until(lambda: _is_rewarded(event, task), "the code, once that was mended")


async def _is_rewarded(event: Event, task: str) -> bool:
    return (await event.standing(task)).state is TaskState.REWARDED


@pytest.mark.parametrize("step", STEPS)
async def test_a_ledger_that_can_t_be_written_for_a_moment_is_waited_for(
    event: Event, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    fail(monkeypatch, step, LedgerUnusable("the disk is full"), times=3)
    assert (await event.issue("one")).state is IssueState.DONE
    assert await whole(event) == (4, 1)


@pytest.mark.parametrize("step", STEPS)
async def test_a_mistake_of_the_program_holds_nothing(
    event: Event, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    fail(monkeypatch, step, ZeroDivisionError())
    issued = await event.issue("one")
    assert (issued.state, issued.why) == (
        IssueState.UNDONE,
        "a mistake in boxd (ZeroDivisionError); its log says more",
    )
    assert await whole(event) == (5, 0)


async def test_an_issue_that_is_cancelled_halfway_is_undone(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(monkeypatch, "mint", LedgerUnusable("the disk is full"))
    asked = asyncio.create_task(event.issue("one"))

    async def is_held() -> bool:
        standing = await event.ledger.read(lambda c: issues.find(c, "request/one"))
        return standing is not None and standing.state is IssueState.HELD

    await until(is_held, "the hold")
    await event.client.get_workflow_handle("issue-request/one@box-1").cancel()

    assert (await asked).state is IssueState.UNDONE
    assert await whole(event) == (5, 0)


async def test_an_issue_that_somebody_ended_is_not_known_to_be_done_and_goes_on_when_asked_again(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        fail(broken, "mint", LedgerUnusable("the disk is full"))
        asked = asyncio.create_task(event.issue("one"))

        async def is_held() -> bool:
            return await whole(event) == (4, 1)

        await until(is_held, "the hold")
        await event.client.get_workflow_handle("issue-request/one@box-1").terminate("by mistake")
        with pytest.raises(TemporalUnavailable, match="ask again"):
            await asked
    assert (await event.issue("one")).state is IssueState.DONE
    assert await whole(event) == (4, 1)


async def test_a_mistake_in_the_undoing_ends_the_issue_instead_of_being_tried_for_ever(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(monkeypatch, "mint", KeysMissing("the key file is absent"))
    fail(monkeypatch, "undo", ZeroDivisionError())
    with suppress(TemporalUnavailable):
        await event.issue("one")
    with pytest.raises(WorkflowFailureError):
        await event.client.get_workflow_handle("issue-request/one@box-1").result()


async def test_an_issue_that_somebody_ended_is_begun_again_by_its_task(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("boxd.workflows.tasks.workflow._FIRST_PAUSE_S", 0.5)
    with monkeypatch.context() as broken:
        fail(broken, "mint", LedgerUnusable("the disk is full"))
        task = await event.start("mugs")
        await event.judge(task)

        issue = event.client.get_workflow_handle(f"issue-{task}@box-1")

        async def is_left_to_its_workflow() -> bool:
            try:
                return (await issue.describe()).status is WorkflowExecutionStatus.RUNNING
            except RPCError:
                return False

        await until(is_left_to_its_workflow, "the workflow of the issue")
        assert await whole(event) == (4, 1)
        await issue.terminate("by mistake")
    assert (await event.ended(task)).state is TaskState.REWARDED
    assert await whole(event) == (4, 1)


async def test_the_last_unit_wanted_by_fifty_at_once_goes_to_one(event: Event) -> None:
    await event.stock("mug", -4)
    started = [await event.start("mugs", f"attendee {number}") for number in range(50)]

    await asyncio.gather(*(event.judge(task) for task in started))

    ended = [await event.ended(task) for task in started]
    assert Counter(each.state for each in ended) == {TaskState.REWARDED: 1, TaskState.SOLD_OUT: 49}
    assert await whole(event) == (0, 1)
    assert await event.alarms() == ["sold_out"]


async def test_an_attendee_gets_no_more_codes_than_configured_however_fast_they_ask(
    directory: Path, settings: Temporal
) -> None:
    async with held(directory, settings, per_attendee=2) as event:
        await event.stock("mug", 10)
        issued = await asyncio.gather(*(event.issue(str(number)) for number in range(8)))
        assert Counter(each.state for each in issued) == {
            IssueState.DONE: 2,
            IssueState.OVER_LIMIT: 6,
        }
        assert (await event.issue("other", "bob")).state is IssueState.DONE


@pytest.mark.parametrize("done", [1, 2, 3])
async def test_an_issue_that_temporal_has_forgotten_is_completed(
    directory: Path, settings: Temporal, done: int
) -> None:
    rules = issuing.IssueRules("box-1", 8, 7, 0)
    async with held(directory, settings) as event:
        await event.stock("mug", 1)
        task = await event.start("mugs")
        await event.workflow(task).terminate("lost")

        def halfway(tx: Transaction) -> None:
            tasks.approve(tx, task_standings.require(tx.connection, task), "Eva")
            issuing.pick(tx, task, 1, 7, rules)
            issuing.hold(tx, task, rules) if done > 1 else None
            issuing.mint(tx, task, rules, event.keys) if done > 2 else None

        await event.ledger.write(halfway)
    async with held(directory, settings) as event:
        assert (await event.ended(task)).state is TaskState.REWARDED
        assert await whole(event) == (0, 1)


async def test_an_order_that_temporal_has_forgotten_is_completed(
    directory: Path, settings: Temporal
) -> None:
    async with held(directory, settings) as event:
        await event.stock("mug", 1)
        number = "INSERT INTO attendees (reference) VALUES ('ada')"
        order = issues.IssueOrder("request/1", 1, "organiser")
        await event.ledger.write(lambda tx: tx.connection.execute(number) and issues.ask(tx, order))
    async with held(directory, settings) as event:
        await event.client.get_workflow_handle("issue-request/1@box-1").result()
        assert await whole(event) == (0, 1)
