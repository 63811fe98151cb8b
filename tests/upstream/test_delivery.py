"""Delivery by the workflow on a real Temporal server, through outages, restarts and losses."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle

from boxd.config.schema import Temporal
from boxd.temporal.client import connect
from boxd.temporal.queues import task_queue
from boxd.temporal.worker import create_worker
from boxd.upstream import event_sender
from boxd.upstream.apply_orders import CarriedOut
from boxd.upstream.backoff import Backoff
from boxd.upstream.order_puller import Beat, OrderPuller
from boxd.workflows import heartbeats
from boxd.workflows.server_connection import ServerConnection
from boxd.workflows.upstream import signalling
from boxd.workflows.upstream.activities import UpstreamActivities
from boxd.workflows.upstream.messages import UpstreamStart, upstream_workflow_id
from boxd.workflows.upstream.pull_workflow import PullWorkflow
from boxd.workflows.upstream.signalling import DeliverySignaller, end_delivery
from boxd.workflows.upstream.workflow import UpstreamWorkflow
from tests.temporal.conftest import Watched, serving
from tests.upstream.conftest import QUICK, Sender, numbers, sender
from tests.upstream.peer import Peer, Reply
from tests.workflows.event import SEAL

BOX = "box-1"
DEADLINE_S = 60


@dataclass
class Delivering:
    """A box that delivers, and what can be seen of it."""

    box: Sender
    service: DeliverySignaller
    client: Client
    server: Watched

    @property
    def workflow(self) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(upstream_workflow_id(BOX))

    async def delivered(self, peer: Peer, count: int) -> None:
        """Wait until the peer has so many, and the outbox is empty."""

        async def is_empty() -> bool:
            return len(numbers(peer)) >= count and not (await self.box.depth()).waiting

        await until(is_empty, f"{count} events to be delivered; {len(numbers(peer))} are")

    async def history(self) -> list[str]:
        """The names of the events in the running workflow's history."""
        found = [event async for event in self.workflow.fetch_history_events()]
        return [EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in found]


async def until(holds: Callable[[], Awaitable[object]], what: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not await holds():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        await asyncio.sleep(0.01)


async def nothing_to_begin(_: CarriedOut, _beat: Beat) -> None:
    """Nothing is ordered here."""


@asynccontextmanager
async def delivering(
    folder: Path,
    settings: Temporal,
    url: str,
    backoff: Backoff = QUICK,
    batch: int = 100,
    begin: Callable[[CarriedOut, Beat], Awaitable[None]] = nothing_to_begin,
) -> AsyncIterator[Delivering]:
    """A box with server, worker and service; begun again, it goes on with its ledger."""
    box = sender(folder, url, batch, backoff)
    async with serving(settings, folder) as server:
        client = await connect(settings, SEAL)
        connection = ServerConnection()
        connection.use(client)
        service = DeliverySignaller(connection, box.ledger, BOX, box.outbox, box.sender)
        box.ledger.on_commit = service.committed
        puller = OrderPuller(box.ledger, box.caller, BOX, begin)
        activities = UpstreamActivities(box.sender, puller).all()
        async with create_worker(client, BOX, [UpstreamWorkflow, PullWorkflow], activities):
            passing_on = asyncio.create_task(service.run())
            await service.try_now()
            yield Delivering(box, service, client, server)
            passing_on.cancel()
    box.ledger.close()


@pytest.fixture(autouse=True)
def no_gathering(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signalling, "_GATHER_S", 0.01)


async def test_what_is_noted_while_the_workflow_sleeps_is_delivered(
    directory: Path, settings: Temporal, peer: Peer
) -> None:
    async with delivering(directory, settings, peer.url) as box:
        for count in (1, 2, 3):
            await box.box.note(1)
            await box.delivered(peer, count)
    assert numbers(peer) == [0, 1, 2]


async def test_an_outage_costs_the_history_nothing_however_long_it_is(
    directory: Path, settings: Temporal, peer: Peer
) -> None:
    async with delivering(directory, settings, peer.url, Backoff(0.01, 0.02)) as box:
        peer.stop()
        await box.box.note(1)

        async def has_failed(times: int) -> bool:
            return box.box.sender.trouble.failures >= times

        await until(lambda: has_failed(2), "the first failures")
        before = await box.history()
        for _ in range(40):
            await box.box.note(50)
        # At two seconds doubling to five minutes, fifteen attempts are half an hour; each further
        # one is worth five minutes, and costs as much as these: nothing.
        await until(lambda: has_failed(15), "as many attempts as in half an hour")
        after = await box.history()

        assert after == before
        assert "TIMER_STARTED" not in after
        peer.start()
        await box.delivered(peer, 2001)
    assert numbers(peer) == list(range(2001))


async def test_waiting_ends_at_once_when_somebody_asks_for_it(
    directory: Path, settings: Temporal, peer: Peer
) -> None:
    async with delivering(directory, settings, peer.url, Backoff(600, 600)) as box:
        peer.stop()
        await box.box.note(3)

        async def has_failed() -> bool:
            return bool(box.box.sender.trouble.failures)

        await until(has_failed, "a failure")
        peer.start()
        await box.service.try_now()
        await box.delivered(peer, 3)


async def test_the_workflow_begins_anew_before_its_history_is_long(
    directory: Path, settings: Temporal, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signalling, "UpstreamStart", lambda: UpstreamStart(rounds=3))
    async with delivering(directory, settings, peer.url) as box:
        first = (await box.workflow.describe()).run_id
        for count in range(1, 9):
            await box.box.note(1)
            await box.delivered(peer, count)
        described = await box.workflow.describe()
        assert described.run_id != first
        assert described.status is WorkflowExecutionStatus.RUNNING
        assert len(await box.history()) < 60
    assert numbers(peer) == list(range(8))


async def test_one_event_costs_few_events_of_history(
    directory: Path, settings: Temporal, peer: Peer
) -> None:
    async with delivering(directory, settings, peer.url) as box:
        await box.box.note(1)
        await box.delivered(peer, 1)
        before = len(await box.history())
        for count in range(2, 12):
            await box.box.note(1)
            await box.delivered(peer, count)
        assert len(await box.history()) - before <= 10 * 14


async def test_ten_thousand_events_through_kills_of_the_server_and_bad_moods(
    directory: Path, settings: Temporal, peer: Peer
) -> None:
    moods = ["portal", "resetting after it took them", "half", "redirecting", "lying", "broken"]
    async with delivering(directory, settings, peer.url, Backoff(0.01, 0.1)) as box:
        for number in range(20):
            peer.mood = "well" if number % 3 == 0 else moods[number % len(moods)]
            await box.box.note(500)
            if number % 7 == 6:
                await kill_server(box)
        peer.mood = "well"
        async with asyncio.timeout(DEADLINE_S):
            await box.server.server.serving()
        await box.service.try_now()
        await box.delivered(peer, 10_000)
    assert numbers(peer) == list(range(10_000))


async def kill_server(box: Delivering) -> None:
    async with asyncio.timeout(DEADLINE_S):
        await box.server.server.serving()
    pid = box.server.server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


async def test_delivery_goes_on_when_boxd_was_started_anew(
    directory: Path, settings: Temporal, peer: Peer
) -> None:
    peer.stop()
    async with delivering(directory, settings, peer.url, Backoff(600, 600)) as box:
        await box.box.note(5)
    peer.start()
    async with delivering(directory, settings, peer.url) as box:
        await box.delivered(peer, 5)
    assert numbers(peer) == list(range(5))


def lose_temporals_file(folder: Path, made: Path) -> None:
    for left in folder.glob("temporal.db*"):
        left.unlink()
    for part in made.iterdir():
        (folder / part.name).write_bytes(part.read_bytes())


async def test_delivery_goes_on_when_temporal_s_file_was_lost(
    directory: Path, settings: Temporal, peer: Peer, made: Path
) -> None:
    peer.stop()
    async with delivering(directory, settings, peer.url) as box:
        await box.box.note(5)
    lose_temporals_file(directory, made)
    peer.start()
    async with delivering(directory, settings, peer.url) as box:
        await box.delivered(peer, 5)
    assert numbers(peer) == list(range(5))


async def test_a_workflow_that_somebody_ended_is_begun_again(
    directory: Path, settings: Temporal, peer: Peer
) -> None:
    async with delivering(directory, settings, peer.url) as box:
        await box.workflow.terminate("by mistake")
        await box.box.note(1)
        await box.delivered(peer, 1)


async def test_a_workflow_that_was_ended_at_work_is_begun_again(
    directory: Path, settings: Temporal, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_sender, "_OVERDUE_S", 0.5)
    monkeypatch.setattr(signalling, "_LOOK_EVERY_S", 0.1)
    async with delivering(directory, settings, peer.url) as box:
        peer.stop()
        await box.box.note(1)

        async def has_failed() -> bool:
            return bool(box.box.sender.trouble.failures)

        await until(has_failed, "a failure")
        await box.workflow.terminate("by mistake")
        peer.start()
        await box.delivered(peer, 1)


async def test_a_full_outbox_raises_an_alarm_and_ends_it(
    directory: Path, settings: Temporal, peer: Peer
) -> None:
    async with delivering(directory, settings, peer.url) as box:
        box.box.outbox.most_waiting = 10
        peer.stop()
        await box.box.note(25)

        async def is_raised() -> bool:
            return "outbox_full" in await box.box.alarms()

        await until(is_raised, "the alarm")
        peer.start()
        await box.delivered(peer, 10)
        await box.box.note(1)

        async def is_over() -> bool:
            return "outbox_full" not in await box.box.alarms()

        await until(is_over, "the end of the alarm")
        await box.delivered(peer, 11)
    assert numbers(peer) == [*range(10), 25]
    assert [e["data"]["count"] for e in peer.backend.applied if e["type"] == "events.left_out"] == [
        16  # the alarm itself found it full too
    ]


async def test_without_upstream_the_workflow_is_ended(
    directory: Path, settings: Temporal, peer: Peer
) -> None:
    async with delivering(directory, settings, peer.url) as box:
        await end_delivery(box.client, BOX)
        status = (await box.workflow.describe()).status
        assert status is WorkflowExecutionStatus.TERMINATED
        await end_delivery(box.client, BOX)
        await end_delivery(box.client, "another-box")


async def test_a_long_round_says_how_far_it_is(
    directory: Path, settings: Temporal, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeats, "_AFTER_S", 0.0)
    async with delivering(directory, settings, peer.url, batch=1) as box:
        take, steps = peer.backend.take, 3

        def slow_after_some(events: list[dict[str, Any]]) -> Reply:
            if len(numbers(peer)) == steps:
                peer.mood = "silent"  # from the next request on
            return take(events)

        peer.backend.take = slow_after_some  # type: ignore[method-assign]
        await box.box.note(steps + 2)

        async def said() -> bool:
            pending = (await box.workflow.describe()).raw_description.pending_activities
            return any(each.heartbeat_details.payloads for each in pending)

        await until(said, "a heartbeat with details")
        peer.mood = "well"
        peer.backend.take = take  # type: ignore[method-assign]
        await box.delivered(peer, steps + 2)
    assert numbers(peer) == list(range(steps + 2))


async def test_a_long_look_for_orders_says_how_far_it_is(
    directory: Path, settings: Temporal, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeats, "_AFTER_S", 0.0)
    may_go_on = asyncio.Event()

    async def slowly(_: CarriedOut, _beat: Beat) -> None:
        await may_go_on.wait()

    order = {"id": "o-1", "type": "prize", "sku": "mug", "name": "Mug", "units": 5}
    peer.backend.orders[""] = {"orders": [order], "cursor": "c-1"}
    async with delivering(directory, settings, peer.url, begin=slowly) as box:
        looking = await box.client.start_workflow(
            PullWorkflow.run, id="look", task_queue=task_queue(BOX)
        )

        async def said() -> bool:
            pending = (await looking.describe()).raw_description.pending_activities
            return any(each.heartbeat_details.payloads for each in pending)

        await until(said, "a heartbeat with details")
        may_go_on.set()
        assert await looking.result() == "1 orders carried out"
