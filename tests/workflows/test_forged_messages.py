"""Whoever reaches the Temporal server without the key gets nothing done, and nothing stuck."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.common import RawValue, RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from boxd.config.schema import Temporal
from boxd.task import TaskState, Verdict
from boxd.temporal.client import connect
from boxd.temporal.queues import task_queue, tasks_queue
from boxd.temporal.seal import Seal
from boxd.workflows.housekeeping import messages as housekeeping
from boxd.workflows.tasks import messages
from boxd.workflows.tasks.messages import TaskStart
from tests.workflows.event import BOX, Event, until
from tests.workflows.test_housekeeping import kept

TEXT = "https://example.org/a-submission"


@pytest.fixture
async def stranger(event: Event) -> Client:
    """Somebody who reaches the server and has no key."""
    return await Client.connect(event.client.service_client.config.target_host)


@pytest.fixture
async def other_box(event: Event, settings: Temporal) -> Client:
    """A box with a key of its own at the same server."""
    return await connect(settings, Seal(b"x" * 32))


async def why_ended(client: Client, workflow_id: str) -> str:
    async with asyncio.timeout(20):
        with pytest.raises(WorkflowFailureError) as failed:
            await client.get_workflow_handle(workflow_id).result()
    return str(failed.value.cause)


async def test_a_workflow_that_a_stranger_starts_ends_at_once(
    event: Event, stranger: Client
) -> None:
    forgeries: list[tuple[str, list[object]]] = [
        (messages.TASK, [TaskStart("made-up")]),
        (messages.TASK, []),
        (messages.ISSUE, [{"issue": "made-up"}]),
        (messages.ISSUE, [1, 2, 3]),
        ("Unheard of", []),
    ]
    for number, (name, arguments) in enumerate(forgeries):
        forged = await stranger.start_workflow(
            name, args=arguments, id=f"task-forged-{number}", task_queue=tasks_queue(BOX)
        )
        assert "not started by this box" in await why_ended(stranger, forged.id)
    assert await event.start("hunt")  # the worker is there for others


async def test_a_workflow_that_another_box_starts_ends_at_once(
    event: Event, other_box: Client, stranger: Client
) -> None:
    forged = await other_box.start_workflow(
        messages.TASK, TaskStart("made-up"), id="task-made-up", task_queue=tasks_queue(BOX)
    )
    assert "not started by this box" in await why_ended(stranger, forged.id)


async def test_a_verdict_that_a_stranger_gives_counts_for_nothing(
    event: Event, stranger: Client, other_box: Client
) -> None:
    task = await event.start("demo")
    handle = messages.task_workflow_id(task, BOX)
    verdict = Verdict("forged", task, True, "Eva")
    for client in (stranger, other_box):
        with pytest.raises(WorkflowUpdateFailedError):
            await client.get_workflow_handle(handle).execute_update("verdict", verdict)
        with pytest.raises(WorkflowUpdateFailedError):
            await client.get_workflow_handle(handle).execute_update("verdict")
    assert (await event.standing(task)).state is TaskState.OPEN
    assert (await event.judge(task)).accepted


async def test_signals_of_strangers_leave_a_workflow_as_it_was(
    event: Event, stranger: Client
) -> None:
    task = await event.start("demo")
    forged = stranger.get_workflow_handle(messages.task_workflow_id(task, BOX))
    signals: list[tuple[str, list[object]]] = [
        ("look_again", []),
        ("look_again", ["anything"]),
        ("unheard_of", [1]),
    ]
    for name, arguments in signals:
        await forged.signal(name, args=arguments)
    assert (await event.judge(task)).accepted
    assert (await event.ended(task)).state is TaskState.REWARDED


async def sent_in_updates(stranger: Client, workflow_id: str) -> list[Payload]:
    """What was sent to a workflow in updates, as everybody can read it who reaches the server."""
    history = await stranger.get_workflow_handle(workflow_id).fetch_history()
    accepted = [each.workflow_execution_update_accepted_event_attributes for each in history.events]
    return [payload for each in accepted for payload in each.accepted_request.input.args.payloads]


async def test_a_message_that_was_copied_is_not_taken_as_another(
    event: Event, stranger: Client
) -> None:
    task, other = await event.start("build"), await event.start("build", "grace")
    assert (await event.scan(task, "workshop")).accepted
    sent = partial(sent_in_updates, stranger, messages.task_workflow_id(task, BOX))
    await until(sent, "the scan in the history")  # the ledger's word comes before the server's
    [scan] = await sent()

    async def replay(into: str, update: str) -> None:
        handle = stranger.get_workflow_handle(messages.task_workflow_id(into, BOX))
        with pytest.raises(WorkflowUpdateFailedError):
            await handle.execute_update(update, RawValue(scan))

    await replay(other, "scan")
    await replay(task, "verdict")
    await replay(task, "submit")
    assert (await event.standing(other)).step == 1
    assert (await event.standing(task)).state is TaskState.OPEN


@workflow.defn(name="Foreign", sandboxed=False)
class Foreign:
    """A stranger's own workflow, whose activities are sent to the box's worker."""

    @workflow.run
    async def run(self, queue: str, name: str, arguments: list[Any]) -> Any:
        return await workflow.execute_activity(
            name,
            args=arguments,
            task_queue=queue,
            schedule_to_close_timeout=timedelta(seconds=20),
            retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=50)),
        )


async def test_an_activity_that_a_stranger_calls_is_not_carried_out(
    directory: Path, settings: Temporal
) -> None:
    stranger_to = f"127.0.0.1:{settings.port}"
    async with kept(directory, settings) as house:
        stranger = await Client.connect(stranger_to)
        runner = UnsandboxedWorkflowRunner()
        async with Worker(
            stranger, task_queue="foreign", workflows=[Foreign], workflow_runner=runner
        ):
            conclusion = {"part": "backup", "why": "a made-up alarm"}
            for name, arguments in [("back_up", []), ("conclude_housekeeping", [conclusion])]:
                why = await why_of_foreign(stranger, name, arguments)
                assert why.non_retryable
        for number, each in enumerate(housekeeping.WORKFLOWS.values()):
            forged = await stranger.start_workflow(
                each, id=f"forged-{number}", task_queue=task_queue(BOX)
            )
            assert "not started by this box" in await why_ended(stranger, forged.id)
        assert not list(house.backups.glob("*"))
        assert not await house.alarms()


async def why_of_foreign(stranger: Client, name: str, arguments: list[Any]) -> ApplicationError:
    with pytest.raises(WorkflowFailureError) as failed:
        await stranger.execute_workflow(
            Foreign.run,
            args=[task_queue(BOX), name, arguments],
            id=f"foreign-{name}",
            task_queue="foreign",
        )
    cause = failed.value.cause
    assert isinstance(cause, ActivityError)
    assert isinstance(cause.cause, ApplicationError)
    return cause.cause


async def test_the_servers_file_shows_nothing_of_what_people_did(
    event: Event, directory: Path
) -> None:
    task = await event.start("build", attendee="ada-lovelace")
    await event.scan(task, "workshop")
    await event.submit(task, TEXT)
    await event.judge(task, reason="not quite what was asked for")
    words = (TEXT, "not quite", "ada-lovelace", "Eva", "workshop")
    assert shown_in(directory, words) == []


def shown_in(directory: Path, words: Sequence[str]) -> list[str]:
    """Which of the words can be read in the server's files."""
    content = b"".join(file.read_bytes() for file in directory.glob("temporal.db*"))
    assert b"record_submission" in content  # it is the history, and its activities have names
    return [each for each in words if each.encode() in content]
