"""Tasks on a real server: started once, moved on by people, ended with a code or without."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.workflow import Info

from boxd.config.schema import Temporal
from boxd.errors import Refused
from boxd.ledger import erasure, room
from boxd.ledger.ledger import as_text
from boxd.task import Missing, Scan, Submission, TaskKind, TaskState, Verdict
from boxd.workflows.tasks.workflow import TaskWorkflow
from tests.workflows.event import Event, held, until


def lose_temporals_file(folder: Path, made: Path) -> None:
    for left in folder.glob("temporal.db-*"):
        left.unlink()
    for part in made.iterdir():
        (folder / part.name).write_bytes(part.read_bytes())


async def test_a_hundred_starts_at_once_are_one_task(event: Event) -> None:
    started = await asyncio.gather(*(event.start("hunt") for _ in range(100)))

    assert set(started) == {"hunt.1"}
    assert await event.actions("task.started") == 1
    runs = [run async for run in event.client.list_workflows("WorkflowType = 'Task'")]
    assert len(runs) <= 1


async def test_scans_in_any_order_lead_to_a_code_and_the_query_tells_what_is_missing(
    event: Event,
) -> None:
    task = await event.start("hunt")
    await event.scan(task, "stage")

    status = await event.workflow(task).query(TaskWorkflow.status)

    assert (status.missing, status.scans_missing, status.who) == (
        (Missing.SCANS,),
        1,
        "attendee",
    )
    await event.scan(task, "entrance")
    ended = await event.ended(task)
    assert (ended.state, ended.code) == (TaskState.REWARDED, 1)
    assert (await event.stock("mug"))["held"] == 1


async def test_a_checkpoint_scanned_by_many_at_once_counts_once(event: Event) -> None:
    task = await event.start("hunt")

    replies = await asyncio.gather(*(event.scan(task, "stage") for _ in range(30)))

    assert all(reply.accepted for reply in replies)
    assert [reply.is_new for reply in replies].count(True) == 1
    assert (await event.standing(task)).scanned == ("stage",)


async def test_a_verdict_and_its_opposite_at_once_count_once(event: Event) -> None:
    tasks = [await event.start("demo", f"attendee {number}") for number in range(6)]
    for task in tasks:
        first, second = await asyncio.gather(event.judge(task), event.judge(task, "not yet"))
        assert (first.accepted, second.accepted) in {(True, False), (False, True)}
        standing = await event.standing(task)
        assert standing.tries_used == (0 if first.accepted else 1)


async def test_a_refusal_says_why_and_the_last_one_ends_the_task(event: Event) -> None:
    task = await event.start("demo")
    first = await event.judge(task, "it does not run")
    assert (first.standing.state, first.standing.last_refusal) == (
        TaskState.OPEN,
        "it does not run",
    )
    await event.judge(task, "it still does not run")

    assert (await event.ended(task)).state is TaskState.REFUSED
    late = await event.judge(task)
    assert (late.accepted, "refused (it still does not run)" in late.why) == (False, True)


async def test_everything_that_a_kind_can_demand(event: Event) -> None:
    task = await event.start("build")
    early = await event.judge(task)
    assert early.why == "there is nothing to judge yet; still missing: scans, submission"
    await event.scan(task, "workshop")
    await event.submit(task, "https://example.org/1")
    await event.judge(task, "the link is dead")
    await event.submit(task, "https://example.org/2")
    await event.judge(task)
    assert (await event.ended(task)).state is TaskState.REWARDED


async def test_a_request_sent_again_gets_its_reply_again(event: Event) -> None:
    task = await event.start("demo")
    verdict = Verdict("same", task, False, "Eva", "no")

    replies = [await event.service.take(verdict) for _ in range(3)]

    assert [(reply.accepted, reply.is_new) for reply in replies] == [
        (True, True),
        (True, False),
        (True, False),
    ]
    assert (await event.standing(task)).tries_used == 1
    with pytest.raises(Refused, match="used for something else"):
        await event.service.take(Verdict("same", task, True, "Eva"))


async def test_a_task_expires_at_its_time(directory: Path, settings: Temporal) -> None:
    ends = as_text(datetime.now(UTC) + timedelta(seconds=4))
    kinds = [TaskKind("brief", "Brief", verdict=True, expires_at=ends)]
    async with held(directory, settings, kinds=kinds) as event:
        task = await event.start("brief")
        assert (await event.ended(task)).state is TaskState.EXPIRED
        assert "expired" in (await event.judge(task)).why


async def test_an_event_that_is_prolonged_does_not_end_its_tasks(
    directory: Path, settings: Temporal
) -> None:
    soon = as_text(datetime.now(UTC) + timedelta(seconds=4))
    later = as_text(datetime.now(UTC) + timedelta(days=1))
    kinds = [TaskKind("brief", "Brief", verdict=True, expires_at=each) for each in (soon, later)]
    async with held(directory, settings, kinds=kinds[:1]) as event:
        await event.stock("mug", 1)
        task = await event.start("brief")
    async with held(directory, settings, kinds=kinds[1:]) as event:

        async def is_past() -> bool:
            return datetime.now(UTC) > datetime.fromisoformat(soon)

        await until(is_past, "the first end")
        assert (await event.judge(task)).accepted
        assert (await event.ended(task)).state is TaskState.REWARDED


async def test_a_long_history_begins_anew_and_loses_nothing(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_long(info: Info) -> bool:
        return info.get_current_history_length() > 40

    monkeypatch.setattr(Info, "is_continue_as_new_suggested", is_long)
    task = await event.start("build")
    first = (await event.workflow(task).describe()).run_id

    for number in range(20):
        assert (await event.submit(task, f"https://example.org/{number}")).accepted
    await event.scan(task, "workshop")
    await event.judge(task)

    assert (await event.ended(task)).state is TaskState.REWARDED
    assert (await event.workflow(task).describe()).run_id != first


async def test_a_forgotten_attendee_s_task_ends(event: Event) -> None:
    task = await event.start("demo")
    await event.ledger.write(lambda tx: erasure.forget(tx, 1, "organiser"))
    await event.service.look_again(task)
    assert (await event.ended(task)).state is TaskState.WITHDRAWN


async def test_tasks_go_on_when_temporal_s_file_was_lost(
    directory: Path, settings: Temporal, made: Path
) -> None:
    async with held(directory, settings) as event:
        await event.stock("mug", 1)
        task = await event.start("hunt")
        await event.scan(task, "stage")
    lose_temporals_file(directory, made)

    async with held(directory, settings) as event:

        async def knows_the_scan() -> bool:
            status = await event.workflow(task).query(TaskWorkflow.status)
            return bool(status.scans_missing == 1)

        await until(knows_the_scan, "the new workflow to know what was scanned")
        await event.scan(task, "entrance")
        assert (await event.ended(task)).state is TaskState.REWARDED


async def test_a_workflow_that_somebody_ended_is_begun_again_when_it_is_needed(
    event: Event,
) -> None:
    task = await event.start("demo")
    await event.workflow(task).terminate("by mistake")
    assert (await event.judge(task)).accepted
    assert (await event.ended(task)).state is TaskState.REWARDED


async def test_a_workflow_whose_task_the_ledger_does_not_know_is_ended(event: Event) -> None:
    task = await event.start("demo")

    async def has_looked() -> bool:
        return (await event.workflow(task).describe()).history_length >= 4

    await until(has_looked, "it to wait for a verdict")
    await event.ledger.write(lambda tx: tx.connection.execute("DELETE FROM tasks"))
    listed = "WorkflowType = 'Task' AND ExecutionStatus = 'Running'"

    async def is_listed() -> bool:
        return bool([each async for each in event.client.list_workflows(listed)])

    await until(is_listed, "the list to have it")

    await event.reconcile()

    assert await event.actions("workflow.ended") == 1


async def test_on_a_disk_that_is_nearly_full_codes_go_on_and_nothing_more_is_handed_in(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    standing = await event.service.start("build", "ada", "app")
    monkeypatch.setattr(room, "LEFT_FREE_BYTES", 1 << 62)
    for number in range(2):
        with pytest.raises(Refused, match="disk is nearly full"):
            await event.service.take(Submission(f"s-{number}", standing.task, "mine", "app"))
    assert await event.actions("task.submitted") == 0
    assert await event.actions("alarm.raised") == 1
    assert (await event.service.take(Scan("s-3", standing.task, "workshop", "app"))).accepted


async def test_a_task_that_is_given_up_ends_without_a_code_and_is_not_begun_again(
    event: Event,
) -> None:
    task = await event.start("build")
    await event.scan(task, "workshop")
    assert (await event.give_up(task)).accepted
    assert (await event.ended(task)).state is TaskState.WITHDRAWN
    assert not (await event.give_up(task)).is_new
    assert "withdrawn" in (await event.submit(task, "https://example.org")).why
    assert await event.actions("task.withdrawn") == 1
    assert (await event.stock("mug"))["held"] == 0
    assert await event.start("build") == task
    assert (await event.standing(task)).state is TaskState.WITHDRAWN
