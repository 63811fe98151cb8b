"""A small box: real server, ledger, workers and services; latches and doors in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from temporalio.client import Client

from boxd.bays.doors import DoorWatch
from boxd.bays.locker_parts import LockerParts
from boxd.bays.opening import Opener
from boxd.bays.self_test import Tested
from boxd.config.schema import Temporal
from boxd.device_parts import ReportedDoor
from boxd.devices import DeviceState, DoorState
from boxd.fates import Fates
from boxd.issue import IssueStanding
from boxd.ledger import (
    alarms,
    attendees,
    audit,
    codes,
    issues,
    lockers,
    redemption_standings,
    stock,
    task_publishing,
    task_standings,
)
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.home_number import Homes
from boxd.ledger.issue_steps import IssueSteps
from boxd.ledger.issues import IssueOrder
from boxd.ledger.issuing import IssueRules
from boxd.ledger.ledger import Ledger, Transaction
from boxd.ledger.lockouts import LockoutRule
from boxd.ledger.outbox_settings import OutboxSettings
from boxd.playbooks import playbooks
from boxd.redemption import Answer, AnswerKind, RedemptionStanding, Reply, Stage
from boxd.task import Asked, Scan, TaskKind, TaskReply, TaskStanding, Verdict
from boxd.temporal.client import connect
from boxd.temporal.worker import create_tasks_worker, create_worker
from boxd.upstream.apply_orders import CarriedOut
from boxd.upstream.backoff import Backoff
from boxd.upstream.client import UpstreamClient
from boxd.upstream.event_sender import EventSender
from boxd.upstream.event_sender import Rules as EventRules
from boxd.upstream.exchange import Peer
from boxd.upstream.order_puller import Beat, OrderPuller
from boxd.workflows.erasing.activities import ErasingActivities
from boxd.workflows.erasing.messages import EraseStart
from boxd.workflows.erasing.service import ErasingService
from boxd.workflows.erasing.workflow import EraseHistoriesWorkflow, EraseSomeWorkflow
from boxd.workflows.healing.condition import condition_of, running_jobs
from boxd.workflows.healing.healer import Healer
from boxd.workflows.healing.kept_histories import KeptHistories
from boxd.workflows.healing.subjects import subjects
from boxd.workflows.housekeeping.schedules import Plan
from boxd.workflows.housekeeping.service import ScheduleKeeper
from boxd.workflows.recovery.activities import RecoveryActivities
from boxd.workflows.recovery.service import RecoveryService
from boxd.workflows.recovery.workflow import RecoveryWorkflow
from boxd.workflows.redemption.activities import RedemptionActivities
from boxd.workflows.redemption.announcing import Announcer
from boxd.workflows.redemption.claiming import Claiming
from boxd.workflows.redemption.decisions import RedemptionDecisions, RedemptionRules
from boxd.workflows.redemption.service import RedemptionService
from boxd.workflows.redemption.settling import Settler
from boxd.workflows.redemption.starting import WorkflowStarter
from boxd.workflows.redemption.workflow import RedemptionWorkflow
from boxd.workflows.server_connection import ServerConnection
from boxd.workflows.tasks import messages as of_tasks
from boxd.workflows.tasks.activities import TaskActivities
from boxd.workflows.tasks.issue_activities import IssueActivities
from boxd.workflows.tasks.issue_workflow import IssueCodeWorkflow
from boxd.workflows.tasks.service import TaskService
from boxd.workflows.tasks.workflow import TaskWorkflow
from boxd.workflows.upstream.activities import UpstreamActivities
from boxd.workflows.upstream.signalling import DeliverySignaller
from boxd.workflows.upstream.workflow import UpstreamWorkflow
from tests.api.live_box import configured
from tests.bays.devices import LatchInMemory
from tests.temporal.conftest import serving
from tests.upstream.conftest import secret_in
from tests.workflows.event import BOX, CHECKPOINTS, KINDS, SEAL, until

BAYS = 6
DOOR_OPENS_S = 0.3
Release = Sequence[type]
ERASING = (EraseHistoriesWorkflow, EraseSomeWorkflow)
OURS: Release = (RedemptionWorkflow, TaskWorkflow, IssueCodeWorkflow)


class SpringLatch(LatchInMemory):
    """A latch whose pulse springs its door open, unless it is jammed."""

    def __init__(self, address: str, door: ReportedDoor) -> None:
        super().__init__(address, None)
        self.door = door
        self.is_jammed = False

    async def pulse(self) -> None:
        await super().pulse()
        if not self.is_jammed:
            self.door.move(DoorState.OPEN)


@dataclass
class SmallBox:
    """What people do at it, and what can be seen of it. Bay n has locker n alone."""

    folder: Path
    client: Client
    ledger: Ledger
    keys: CodeKeys
    connection: ServerConnection
    claiming: Claiming
    service: RedemptionService
    tasks: TaskService
    recoveries: RecoveryService
    schedules: ScheduleKeeper
    histories: ErasingService
    upstream: DeliverySignaller
    healer: Healer
    latches: dict[int, SpringLatch]
    doors: dict[int, ReportedDoor]
    activities: Sequence[Callable[..., object]]
    activities_of_tasks: Sequence[Callable[..., object]]
    own: Release
    _numbers: count[int] = field(default_factory=lambda: count(1))

    @asynccontextmanager
    async def release(self, workflows: Release = OURS) -> AsyncIterator[None]:
        """The workers of a release, for as long as the block runs."""
        names = {"Task", "IssueCode"}
        of_tasks = [each for each in workflows if _name(each) in names]
        others = [each for each in workflows if _name(each) not in names]
        async with (
            create_worker(self.client, BOX, [*others, *self.own], self.activities),
            create_tasks_worker(self.client, BOX, [*of_tasks, *ERASING], self.activities_of_tasks),
        ):
            self.connection.worker_polls.set()
            try:
                yield
            finally:
                self.connection.worker_polls.clear()

    async def enter(self, bay: int) -> str:
        """Type a new code; returns the redemption."""
        order = codes.CodeOrder("attendee 1", BOX, 8, 7, "tester", "mug")
        code = await self.ledger.write(lambda tx: codes.issue(tx, order, self.keys))
        await self.claiming.begin(f"bay-{bay}", str(code["code"]))
        found = await self.ledger.read(redemption_standings.open_ones)
        redemption = next(each.redemption for each in found if each.bay == f"bay-{bay}")
        await until(lambda: self.runs(f"redemption-{redemption}@box-1"), "its workflow")
        return redemption

    async def answer(self, redemption: str, kind: AnswerKind, **more: Any) -> Reply:
        answer = Answer(f"answer-{next(self._numbers)}", redemption, 0, kind, "tester", **more)
        return await self.service.answer(answer)

    async def at(self, bay: int, stage: Stage) -> str:
        """A redemption at this stage."""
        redemption = await self.enter(bay)
        if stage is Stage.LOAD:
            return redemption
        self.latches[bay].is_jammed = stage is Stage.JAM
        await self.answer(redemption, AnswerKind.LOADED)
        await until(lambda: self.is_at(redemption, stage), f"stage {stage}")
        self.latches[bay].is_jammed = False
        return redemption

    async def standing(self, redemption: str) -> RedemptionStanding:
        return await self.ledger.read(lambda c: redemption_standings.require(c, redemption))

    async def is_at(self, redemption: str, stage: Stage) -> bool:
        return (await self.standing(redemption)).stage is stage

    async def take_out(self, redemption: str) -> Reply:
        """The prize is taken, the door shut, the redemption completed."""
        locker = (await self.standing(redemption)).locker
        assert locker is not None
        self.doors[locker].move(DoorState.CLOSED)
        return await self.answer(redemption, AnswerKind.COMPLETED)

    async def start(self, kind: str, attendee: str = "ada") -> str:
        task = (await self.tasks.start(kind, attendee, "app")).task
        await until(lambda: self.runs(f"task-{task}@box-1"), "its workflow")
        return task

    async def scan(self, task: str, checkpoint: str) -> TaskReply:
        request = f"request-{next(self._numbers)}"
        return await self.tasks.take(Scan(request, task, checkpoint, "app"))

    async def approve(self, task: str) -> TaskReply:
        request = f"request-{next(self._numbers)}"
        return await self.tasks.take(Verdict(request, task, True, "Eva"))

    async def issue(self, issue: str, attendee: str) -> None:
        """Ask for a code, and wait for its workflow alone."""

        def ask(tx: Transaction) -> IssueStanding:
            order = IssueOrder(issue, attendees.number_of(tx, attendee), "tester")
            return issues.ask(tx, order)

        await self.tasks.resume_issue(await self.ledger.write(ask))
        await until(lambda: self.runs(of_tasks.issue_workflow_id(issue, BOX)), "its workflow")

    async def jobs(self) -> list[str]:
        """The running jobs of housekeeping."""
        running = await running_jobs(self.client, BOX)
        return [each.workflow for each in running if each.workflow.startswith("housekeeping-")]

    async def job(self, plan: str) -> str:
        """The running job of a plan."""

        async def is_listed() -> bool:
            return any(plan in each for each in await self.jobs())

        await until(is_listed, plan)
        return next(each for each in await self.jobs() if plan in each)

    async def task(self, task: str) -> TaskStanding:
        return await self.ledger.read(lambda c: task_standings.require(c, task))

    async def runs(self, workflow: str) -> bool:
        return (await condition_of(self.client, workflow)).is_open

    async def healed(self) -> list[dict[str, Any]]:
        """The records of healed workflows in the audit trail."""
        rows = await self.ledger.read(lambda c: audit.rows_after(c, 0, 100_000))
        return [dict(row) for row in rows if row["action"] == "workflow.healed"]

    async def alarms(self) -> list[str]:
        return [str(each["subject"]) for each in await self.ledger.read(alarms.active)]

    async def stock(self) -> dict[str, object]:
        return await self.ledger.read(lambda c: stock.find(c, "mug"))


def _name(workflow: type) -> str:
    return str(workflow.__temporal_workflow_definition.name)  # type: ignore[attr-defined]


def _prepare(tx: Transaction) -> None:
    lockers.declare(tx, list(range(1, BAYS + 1)))
    stock.import_prizes(tx, [stock.StockedPrize("mug", "Mug", 500)], "tester")
    task_publishing.declare(tx, [*KINDS, TaskKind("stand", "Stand", verdict=True)], CHECKPOINTS)
    for name in ("ada", "bob", "eve"):
        attendees.number_of(tx, name)


@asynccontextmanager
async def small_box(
    folder: Path,
    settings: Temporal,
    decline_voids_code: bool = False,
    *,
    jobs: Release = (),
    plans: Sequence[Plan] = (),
    heals: bool = True,
) -> AsyncIterator[SmallBox]:
    """The box in `folder`, without a worker; healer and settler run whenever there is one.

    Not with `heals` False. `jobs` are workflows of its own, `plans` their schedules.
    """
    async with AsyncExitStack() as closing:
        await closing.enter_async_context(serving(settings, folder))
        outbox = OutboxSettings(stock_low=0, most_waiting=1000)
        ledger = Ledger(folder / "ledger.db", outbox=outbox)
        closing.callback(ledger.close)
        ledger.write_now(_prepare)
        keys = CodeKeys(b"c" * 32, b"r" * 32)
        connection = ServerConnection()
        client = await connect(settings, SEAL)
        connection.use(client)
        doors = {number: ReportedDoor() for number in range(1, BAYS + 1)}
        for door in doors.values():
            door.move(DoorState.CLOSED)
        latches = {number: SpringLatch(f"l{number}", doors[number]) for number in doors}
        parts = [
            LockerParts(
                number,
                f"bay-{number}",
                latches[number],
                lambda: DeviceState.READY,
                DoorWatch(number, doors[number], ledger, 60.0),
            )
            for number in doors
        ]
        opener = Opener(ledger, parts, DOOR_OPENS_S)
        closing.push_async_callback(opener.finish)
        announcer = Announcer(ledger, {})
        lockout = LockoutRule(100, 30.0, 100.0)
        rules = RedemptionRules(BOX, "this run", lockout, decline_voids_code)
        decisions = RedemptionDecisions(ledger, opener, announcer, rules)
        closing.push_async_callback(decisions.finish)
        starter = WorkflowStarter(connection, configured(folder))
        closing.push_async_callback(starter.close)
        service = RedemptionService(connection, ledger, decisions, starter)
        closing.push_async_callback(service.close)
        claiming = Claiming(ledger, keys, decisions, Homes(8))
        claiming.on_open = starter.start_soon
        fates = Fates[Asked, TaskReply]("this run")
        tasks = TaskService(connection, ledger, BOX, fates)
        schedules = ScheduleKeeper(connection, ledger, BOX, plans)
        nobody = UpstreamClient(Peer("http://127.0.0.1:9", 1, 2), secret_in(folder))
        sender = EventSender(ledger, nobody, EventRules(BOX, 100, Backoff(1.0, 60.0)))
        upstream = DeliverySignaller(connection, ledger, BOX, outbox, sender)
        recovering = RecoveryService(connection, ledger, BOX, playbooks)
        histories = ErasingService(connection, ledger, BOX, lambda box: EraseStart(box, 2, 2, 4))
        healer = Healer(
            connection,
            ledger,
            BOX,
            tasks,
            subjects(BOX, ledger, service, tasks, recovering, schedules, histories, upstream, None),
            KeptHistories(folder / "healed"),
        )
        settler = Settler(connection, ledger, service, opener, announcer, BOX)
        for work in (healer.run(), settler.run()) if heals else ():
            closing.push_async_callback(_end, asyncio.create_task(work))
        steps = IssueSteps(IssueRules(BOX, 8, 7, 0), keys)
        yield SmallBox(
            folder,
            client,
            ledger,
            keys,
            connection,
            claiming,
            service,
            tasks,
            recovering,
            schedules,
            histories,
            upstream,
            healer,
            latches,
            doors,
            (
                *RedemptionActivities(ledger, opener, announcer, decisions).all(),
                *RecoveryActivities(ledger, recovering.answer, nothing_to_test).all(),
                UpstreamActivities(sender, OrderPuller(ledger, nobody, BOX, _begin_none)).deliver,
            ),
            (
                *TaskActivities(ledger, fates, steps).all(),
                *IssueActivities(ledger, steps).all(),
                *ErasingActivities(ledger, tasks.erase).all(),
            ),
            (UpstreamWorkflow, RecoveryWorkflow, *jobs),
        )


async def nothing_to_test() -> Sequence[Tested]:
    """A box without devices finds nothing."""
    return ()


async def _begin_none(carried_out: CarriedOut, _beat: Beat) -> None:
    assert not carried_out


async def _end(task: asyncio.Task[None]) -> None:
    """Stop it; an error that ended it before is raised."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


Ending = Callable[[SmallBox, str], Awaitable[None]]
