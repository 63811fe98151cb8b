"""The schedules of housekeeping: kept as configured, shown, and started by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionExecutionStartWorkflow,
    ScheduleActionResult,
    ScheduleAlreadyRunningError,
    ScheduleDescription,
    ScheduleHandle,
    ScheduleOverlapPolicy,
    ScheduleUpdate,
    ScheduleUpdateInput,
    WorkflowExecutionStatus,
    WorkflowFailureError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from boxd.errors import LedgerUnusable, NotFound, TemporalUnavailable
from boxd.ledger import alarms, audit
from boxd.ledger.ledger import Ledger, as_text
from boxd.temporal.message_converter import seal_of
from boxd.workflows.client_errors import is_not_found
from boxd.workflows.housekeeping.schedules import Plan, as_schedule, is_as_planned, schedule_id
from boxd.workflows.server_connection import ServerConnection

log = structlog.get_logger(__name__)

# A triggered schedule starts within a tenth of a second.
_BEGINS_WITHIN_S = 10.0
_LOOK_EVERY_S = 0.05
_TRIES = 3
_TRY_AGAIN_S = 1.0
_KEPT_EVERY_S = 300.0
_LONGEST_NOTE = 200
_PAUSED = "schedule_paused"
_PAUSED_TEXT = (
    "{name} is paused, so the box does not do it: {why}. It goes on by `boxd temporal schedule"
    " toggle --unpause` (`boxd doctor` has the whole command)."
)
_STATES = {
    WorkflowExecutionStatus.RUNNING: "running",
    WorkflowExecutionStatus.COMPLETED: "done",
    WorkflowExecutionStatus.TIMED_OUT: "failed",
    WorkflowExecutionStatus.FAILED: "failed",
    WorkflowExecutionStatus.CANCELED: "failed",
    WorkflowExecutionStatus.TERMINATED: "failed",
}


@dataclass(frozen=True)
class Run:
    """One run: `state` is running, done, failed, or unknown once Temporal has forgotten it."""

    id: str
    at: str
    state: str
    said: str = ""


@dataclass(frozen=True)
class ScheduleStatus:
    """A schedule for people. `note`: why it is paused.

    Without `every_s` and `daily` it only runs by hand.
    """

    name: str
    every_s: float | None
    daily: str
    paused: bool
    note: str
    next_at: str
    last: Run | None


class ScheduleKeeper:
    """Raises TemporalUnavailable while the server does not answer."""

    def __init__(
        self, connection: ServerConnection, ledger: Ledger, box: str, plans: Sequence[Plan]
    ) -> None:
        self._connection = connection
        self._ledger = ledger
        self._box = box
        self._plans = {plan.name: plan for plan in plans}

    async def keep_up_to_date(self) -> None:
        """Like `bring_up_to_date`, again and again for ever: who reaches the server changes them.

        Errors are logged, and tried again soon a few times.
        """
        failed = 0
        while True:
            try:
                await self.bring_up_to_date()
                failed = 0
            except (TemporalUnavailable, LedgerUnusable) as error:
                log.warning("schedules.not_updated", why=str(error))
                failed += 1
            await asyncio.sleep(_TRY_AGAIN_S if 0 < failed < _TRIES else _KEPT_EVERY_S)

    async def bring_up_to_date(self) -> None:
        """Make sure that each schedule exists as configured; a paused one stays so, with an alarm.

        Raises TemporalUnavailable, LedgerUnusable.
        """
        async with self._connection.reached() as client:
            for plan in self._plans.values():
                await self._bring_up_to_date(client, plan)

    async def statuses(self) -> list[ScheduleStatus]:
        """Every schedule, in the order of the plans."""
        async with self._connection.reached() as client:
            asked = (self._status(client, plan) for plan in self._plans.values())
            return list(await asyncio.gather(*asked))

    async def run(self, name: str, actor: str) -> ScheduleStatus:
        """Start a run by hand; while one is running, no second one starts.

        Returns the schedule with that run as the last one. Raises NotFound.
        """
        plan = self._plans.get(name)
        if plan is None:
            known = ", ".join(self._plans)
            raise NotFound(f"there is no schedule '{name[:40]}'; there are: {known}")
        async with self._connection.reached() as client:
            schedule = self._handle(client, name)
            before = await schedule.describe()
            if not before.info.running_actions:
                entry = audit.Entry(actor, "schedule.run", name)
                await self._ledger.write(lambda tx: audit.append(tx, entry))
                await schedule.trigger()
                await self._until_begun(schedule, name, _newest(before))
            return await self._status(client, plan)

    async def is_scheduled(self, run: str) -> bool:
        """Whether a run, by its name with or without its time, is of a schedule of this box."""
        return self._plan_of(run) is not None

    async def run_again(self, run: str) -> None:
        """Start a run of the schedule again: the last one was ended before it was done."""
        plan = self._plan_of(run)
        if plan is not None:
            async with self._connection.reached() as client:
                # The schedule may not have noticed yet that the last run has ended.
                overlap = ScheduleOverlapPolicy.BUFFER_ONE
                await self._handle(client, plan.name).trigger(overlap=overlap)

    def _plan_of(self, run: str) -> Plan | None:
        return next((self._plans[name] for name in self._plans if run.startswith(name)), None)

    async def _until_begun(
        self, schedule: ScheduleHandle, name: str, before: ScheduleActionResult | None
    ) -> None:
        try:
            async with asyncio.timeout(_BEGINS_WITHIN_S):
                while True:
                    if _newest(await schedule.describe()) != before:
                        return
                    await asyncio.sleep(_LOOK_EVERY_S)
        except TimeoutError:
            raise TemporalUnavailable(
                f"the schedule '{name}' has not begun within {_BEGINS_WITHIN_S:.0f} s; it will:"
                " see `boxd schedules list`"
            ) from None

    async def _bring_up_to_date(self, client: Client, plan: Plan) -> None:
        planned = self._planned(client, plan)
        try:
            found = await self._handle(client, plan.name).describe()
        except RPCError as error:
            if not is_not_found(error):
                raise
            await self._create(client, plan)
            await self._tell_paused(plan, None)
            return
        if not is_as_planned(found.schedule, planned):
            log.info("schedule.updated", schedule=plan.name)

            def change(there: ScheduleUpdateInput) -> ScheduleUpdate:
                planned.state = there.description.schedule.state
                return ScheduleUpdate(planned)

            await self._handle(client, plan.name).update(change)
        state = found.schedule.state
        await self._tell_paused(plan, (state.note or "") if state.paused else None)

    async def _tell_paused(self, plan: Plan, note: str | None) -> None:
        """Raise the alarm of a paused schedule, or clear it; `note` is None for one that runs."""
        subject = f"schedule {plan.name}"
        is_told = await self._ledger.read(lambda c: alarms.is_active(c, _PAUSED, subject))
        if note is None and is_told:
            await self._ledger.write(lambda tx: alarms.clear(tx, _PAUSED, subject))
        elif note is not None and not is_told:
            why = " ".join(note.split())[:_LONGEST_NOTE] or "nobody said why"
            text = _PAUSED_TEXT.format(name=plan.name, why=why)
            await self._ledger.write(lambda tx: alarms.raise_alarm(tx, _PAUSED, subject, text))

    def _planned(self, client: Client, plan: Plan) -> Schedule:
        """The schedule of a plan, with a sealed header for the workflows that it starts."""
        from boxd.temporal.sealed_calls import CallSeal, seal_action  # with a worker's modules

        schedule = as_schedule(plan, self._box)
        if (seal := seal_of(client.data_converter)) is not None:
            seal_action(schedule, CallSeal(seal, client.namespace))
        return schedule

    async def _create(self, client: Client, plan: Plan) -> None:
        planned = self._planned(client, plan)
        try:
            await client.create_schedule(schedule_id(self._box, plan.name), planned)
        # Another call was quicker, e.g. this call's first attempt.
        except ScheduleAlreadyRunningError:
            return

    async def _status(self, client: Client, plan: Plan) -> ScheduleStatus:
        found = await self._handle(client, plan.name).describe()
        state, upcoming = found.schedule.state, found.info.next_action_times
        return ScheduleStatus(
            name=plan.name,
            every_s=plan.every.total_seconds() if plan.every else None,
            daily=f"{plan.daily} {plan.time_zone}" if plan.daily else "",
            paused=state.paused,
            note=(state.note or "") if state.paused else "",
            next_at=as_text(upcoming[0]) if upcoming and not state.paused else "",
            last=await self._run_of(client, plan, _newest(found)),
        )

    async def _run_of(
        self, client: Client, plan: Plan, begun: ScheduleActionResult | None
    ) -> Run | None:
        if begun is None:
            return None
        action, at = begun.action, as_text(begun.started_at)
        assert isinstance(action, ScheduleActionExecutionStartWorkflow)  # noqa: S101 - no other kind
        handle = client.get_workflow_handle_for(
            plan.run, action.workflow_id, run_id=action.first_execution_run_id
        )
        try:
            status = (await handle.describe()).status
            if status is WorkflowExecutionStatus.RUNNING:
                return Run(action.first_execution_run_id, at, "running")
            said = await handle.result(follow_runs=False)
        except WorkflowFailureError as error:
            cause = error.cause
            said = cause.message if isinstance(cause, ApplicationError) else str(cause)
        except RPCError as error:
            if not is_not_found(error):
                raise
            return Run(action.first_execution_run_id, at, "unknown")
        state = _STATES.get(status, "unknown") if status is not None else "unknown"
        return Run(action.first_execution_run_id, at, state, said)

    def _handle(self, client: Client, name: str) -> ScheduleHandle:
        return client.get_schedule_handle(schedule_id(self._box, name))


def _newest(found: ScheduleDescription) -> ScheduleActionResult | None:
    return found.info.recent_actions[-1] if found.info.recent_actions else None
