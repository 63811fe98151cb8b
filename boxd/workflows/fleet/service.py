"""The box's link to its fleet: a worker at the event's service, and codes that it brings here."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from boxd.config.schema import Temporal
from boxd.errors import TemporalUnavailable
from boxd.machine_clock import utc_now
from boxd.redemption import Refusal
from boxd.spending_right import RightWanted, VisitOutcome
from boxd.temporal.client import connect
from boxd.temporal.queues import TASK_TIMEOUT, task_queue
from boxd.temporal.seal import Seal
from boxd.temporal.worker import create_worker
from boxd.workflows.box_ids import found_by_box
from boxd.workflows.fleet.activities import FleetActivities
from boxd.workflows.fleet.lease_activities import LeaseActivities
from boxd.workflows.fleet.lease_workflow import LendLimitWorkflow
from boxd.workflows.fleet.messages import CodeArrival, MoveStart, box_of_event, move_workflow_id
from boxd.workflows.fleet.roll_call_workflow import RollCallWorkflow
from boxd.workflows.fleet.stock_activities import StockActivities
from boxd.workflows.fleet.stock_workflow import MoveStockWorkflow
from boxd.workflows.fleet.workflow import MoveCodeWorkflow
from boxd.workflows.place.workflow import PlaceWorkflow

log = structlog.get_logger(__name__)

_LOOK_EVERY_S = 5.0
_ANSWERS_WITHIN_S = 3.0
_START_WITHIN = timedelta(seconds=2)
# The home's two seconds, and the way there and back.
_ARRIVES_WITHIN = timedelta(seconds=4)
_MOVE_BYTES = 8


@dataclass(frozen=True)
class FleetPlace:
    """Where the box belongs: the event, its number, and the event's service."""

    event: str
    number: int
    service: Temporal


@dataclass(frozen=True)
class FleetState:
    """How the box stands to its fleet; `why` is empty while it is connected."""

    is_connected: bool
    since: datetime
    why: str = ""


class FleetLink:
    """Outward only: this box connects, polls its own queue, and asks others through theirs."""

    def __init__(
        self,
        place: FleetPlace,
        seal: Seal,
        activities: FleetActivities,
        hold_place: Callable[[Client], Awaitable[None]],
        stock: StockActivities,
        leases: LeaseActivities,
    ) -> None:
        self._place = place
        self._seal = seal
        self._activities = activities
        self._hold_place = hold_place
        self._stock = stock
        self._leases = leases
        self.on_change: Callable[[FleetState], None] = lambda _: None
        self.for_the_hub: Sequence[Callable[..., object]] = ()
        self._client: Client | None = None
        self.state = FleetState(False, utc_now(), "not connected yet")

    @property
    def box(self) -> str:
        """What this box is called at the event's service."""
        return box_of_event(self._place.event, self._place.number)

    @property
    def number(self) -> int:
        """The box's number in its event."""
        return self._place.number

    @property
    def in_doubt(self) -> int:
        """The number of the newest code that waits until the other boxes were heard; 0: none."""
        return self._activities.doubt.up_to

    async def run(self) -> None:
        """Stay connected for ever; being alone is normal, and costs a try every few seconds.

        Raises HeldByAnother if another installation has this box's number.
        """
        await self._activities.doubt.look()
        while True:
            try:
                await self._work()
            except (TemporalUnavailable, RPCError, TimeoutError) as error:
                self._is_alone(str(error) or "the event's service does not answer")
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _work(self) -> None:
        client = await connect(self._place.service, self._seal)
        await self._hold_place(client)
        workflows = (
            MoveCodeWorkflow,
            MoveStockWorkflow,
            LendLimitWorkflow,
            RollCallWorkflow,
            PlaceWorkflow,
        )
        activities = (
            *self._activities.all(),
            *self._stock.all(),
            *self._leases.all(),
            *self.for_the_hub,
        )
        self._stock.forget()
        async with create_worker(client, self.box, workflows, activities):
            self._client = client
            self._change(FleetState(True, utc_now()))
            log.info("fleet.connected", box=self.box)
            asking = asyncio.create_task(self._activities.call_the_roll(client, self._place.event))
            try:
                while True:
                    await self._stock.follow(client)
                    await asyncio.sleep(_LOOK_EVERY_S)
                    async with asyncio.timeout(_ANSWERS_WITHIN_S):
                        await client.service_client.check_health()
            finally:
                self._client = None
                asking.cancel()

    def _is_alone(self, why: str) -> None:
        if self.state.is_connected or self.state.why != why:
            log.info("fleet.alone", why=why)
        self._activities.doubt.asks_nobody()
        since = utc_now() if self.state.is_connected else self.state.since
        self._change(FleetState(False, since, why))

    def _change(self, state: FleetState) -> None:
        self.state = state
        self.on_change(state)

    async def ask_keeper(self, issue: str, attendee: str) -> bool:
        """Ask the keeper of the limits whether the issue may make a code; whether it was heard."""
        client = self._client
        return client is not None and await self._leases.ask(client, issue, attendee)

    async def bring(self, digits: str, home: int) -> CodeArrival:
        """Move the right to spend a code here from its home; says within seconds what came of it.

        Whatever is not known by then is undone by the workflow: the code is at home again.
        """
        unreached = CodeArrival(False, Refusal.OTHER_BOX.value)
        client = self._client
        if client is None:
            return unreached
        wanted = RightWanted(secrets.token_hex(_MOVE_BYTES), digits, self._place.number)
        home_queue = task_queue(box_of_event(self._place.event, home))
        try:
            with self._activities.arriving(wanted.move) as is_here:
                handle = await client.start_workflow(
                    MoveCodeWorkflow.run,
                    MoveStart(wanted, home, home_queue),
                    id=move_workflow_id(wanted.move, self.box),
                    task_queue=task_queue(self.box),
                    task_timeout=TASK_TIMEOUT,
                    search_attributes=found_by_box(self.box),
                    request_eager_start=True,
                    rpc_timeout=_START_WITHIN,
                )
                return await _arrival(handle, is_here)
        except (RPCError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
            log.warning("fleet.code_not_brought", home=home, why=type(error).__name__)
            return unreached


async def _arrival(
    handle: WorkflowHandle[MoveCodeWorkflow, VisitOutcome], is_here: asyncio.Event
) -> CodeArrival:
    """The workflow's word; a code that is in the ledger does not wait for its way over the net."""
    said = asyncio.create_task(
        handle.execute_update(MoveCodeWorkflow.arrival, rpc_timeout=_ARRIVES_WITHIN)
    )
    seen = asyncio.create_task(is_here.wait())
    await asyncio.wait({said, seen}, return_when=asyncio.FIRST_COMPLETED)
    seen.cancel()
    if not is_here.is_set():
        return await said
    said.cancel()
    await asyncio.gather(said, return_exceptions=True)
    return CodeArrival(True)
