"""A small event: a real Temporal server, a real ledger, the workers and the service of tasks."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowHandle

from boxd.config.schema import Temporal
from boxd.fates import Fates
from boxd.issue import IssueStanding
from boxd.ledger import alarms, attendees, audit, stock, task_publishing, task_standings
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.issue_steps import IssueSteps
from boxd.ledger.issues import IssueOrder
from boxd.ledger.issuing import IssueRules
from boxd.ledger.ledger import Ledger
from boxd.task import (
    Asked,
    Checkpoint,
    Demand,
    Scan,
    Submission,
    TaskKind,
    TaskReply,
    TaskStanding,
    Verdict,
    Withdrawal,
)
from boxd.temporal.client import connect
from boxd.temporal.seal import Seal
from boxd.temporal.worker import create_tasks_worker
from boxd.workflows.server_connection import ServerConnection
from boxd.workflows.tasks.activities import TaskActivities
from boxd.workflows.tasks.issue_activities import IssueActivities
from boxd.workflows.tasks.issue_workflow import IssueCodeWorkflow
from boxd.workflows.tasks.messages import task_workflow_id
from boxd.workflows.tasks.reconciliation import TasksReconciled, reconcile_tasks
from boxd.workflows.tasks.service import TaskService
from boxd.workflows.tasks.workflow import TaskWorkflow
from tests.temporal.conftest import serving

BOX = "box-1"
CHECKPOINTS = [Checkpoint(name, name.title()) for name in ("entrance", "stage", "workshop")]
KINDS = [
    TaskKind("hunt", "Hunt", checkpoints=("entrance", "stage", "workshop"), needed=2),
    TaskKind("demo", "Demonstration", verdict=True, tries=2),
    TaskKind(
        id="build",
        name="Build something",
        text="",
        checkpoints=("workshop",),
        needed=1,
        submission=Demand.REFERENCE,
        verdict=True,
    ),
    TaskKind("mugs", "For a mug", verdict=True, prizes=("mug",)),
]
DEADLINE_S = 60
SEAL = Seal(b"s" * 32)


@dataclass
class Event:
    """What attendees, attendants and organisers do, and what can be seen of it."""

    ledger: Ledger
    service: TaskService
    client: Client
    keys: CodeKeys
    connection: ServerConnection
    box: str = BOX
    _numbers: count[int] = field(default_factory=lambda: count(secrets.randbits(32)))

    async def start(self, kind: str, attendee: str = "ada") -> str:
        return (await self.service.start(kind, attendee, "app")).task

    async def scan(self, task: str, checkpoint: str, request: str = "") -> TaskReply:
        return await self.service.take(Scan(request or self._request(), task, checkpoint, "app"))

    async def submit(self, task: str, text: str) -> TaskReply:
        return await self.service.take(Submission(self._request(), task, text, "app"))

    async def judge(self, task: str, reason: str = "", step: int = 0) -> TaskReply:
        """Approve, or refuse for a reason."""
        verdict = Verdict(self._request(), task, not reason, "Eva", reason, step)
        return await self.service.take(verdict)

    async def give_up(self, task: str) -> TaskReply:
        return await self.service.take(Withdrawal(self._request(), task, "Eva", "has left"))

    async def issue(self, name: str, attendee: str = "ada", *prizes: str) -> IssueStanding:
        def order(tx: Any) -> IssueOrder:
            number = attendees.number_of(tx, attendee)
            return IssueOrder(f"request/{name}", number, "organiser", prizes)

        return await self.service.issue(order)

    async def standing(self, task: str) -> TaskStanding:
        return await self.ledger.read(lambda c: task_standings.require(c, task))

    async def ended(self, task: str) -> TaskStanding:
        """Where the task stands once it has ended, in the ledger and in Temporal."""

        async def has_ended() -> bool:
            return (await self.standing(task)).state.has_ended

        await until(has_ended, f"the end of {task}")
        async with asyncio.timeout(DEADLINE_S):
            await self.workflow(task).result()
        return await self.standing(task)

    def workflow(self, task: str) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(task_workflow_id(task, self.box))

    async def stock(self, sku: str, units: int = 0) -> dict[str, object]:
        """A prize's stock, after `units` were added or taken away."""
        if units:
            prize = stock.StockedPrize(sku, sku.title(), max(units, 0))
            await self.ledger.write(lambda tx: stock.import_prizes(tx, [prize], "organiser"))
        if units < 0:
            await self.ledger.write(lambda tx: stock.adjust(tx, sku, units, "broken", "organiser"))
        return await self.ledger.read(lambda c: stock.find(c, sku))

    async def alarms(self) -> list[object]:
        return [alarm["kind"] for alarm in await self.ledger.read(alarms.active)]

    async def actions(self, action: str) -> int:
        rows = await self.ledger.read(lambda c: audit.rows_after(c, 0, 100_000))
        return sum(row["action"] == action for row in rows)

    async def reconcile(self) -> TasksReconciled:
        return await reconcile_tasks(self.client, self.ledger, self.service, self.box)

    def _request(self) -> str:
        return f"request-{next(self._numbers)}"


async def until(holds: Callable[[], Awaitable[object]], what: str) -> None:
    """Wait for a condition, with a deadline."""
    deadline = time.monotonic() + DEADLINE_S
    while not await holds():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        await asyncio.sleep(0.01)


@asynccontextmanager
async def held(
    folder: Path, settings: Temporal, *, per_attendee: int = 0, kinds: list[TaskKind] | None = None
) -> AsyncIterator[Event]:
    """An event in `folder`, with its workers running; begun again, it goes on with its ledger."""
    async with (
        serving(settings, folder),
        at_box(folder, settings, BOX, per_attendee, kinds) as event,
    ):
        yield event


@asynccontextmanager
async def at_box(
    folder: Path,
    settings: Temporal,
    box: str,
    per_attendee: int = 0,
    kinds: list[TaskKind] | None = None,
) -> AsyncIterator[Event]:
    """A box's part of an event, at a server that runs already; every box has the same key."""
    ledger = Ledger(folder / "ledger.db")
    changed = ledger.write_now(lambda tx: task_publishing.declare(tx, kinds or KINDS, CHECKPOINTS))
    keys = CodeKeys(b"c" * 32, b"r" * 32)
    fates = Fates[Asked, TaskReply]("this run")
    steps = IssueSteps(IssueRules(box, 8, 7, per_attendee), keys)
    activities = (
        *TaskActivities(ledger, fates, steps).all(),
        *IssueActivities(ledger, steps).all(),
    )
    client = await connect(settings, SEAL)
    connection = ServerConnection()
    connection.use(client)
    service = TaskService(connection, ledger, box, fates)
    service.kinds_changed = changed
    event = Event(ledger, service, client, keys, connection, box)
    await event.reconcile()
    async with create_tasks_worker(client, box, [TaskWorkflow, IssueCodeWorkflow], activities):
        yield event
    ledger.close()
