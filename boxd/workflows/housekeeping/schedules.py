"""The schedules of a box, and which of their settings the configuration decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.client import (
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleCalendarSpec,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleState,
)
from temporalio.types import MethodAsyncNoParam

from boxd.config.housekeeping_schema import Schedules
from boxd.config.upstream_schema import UpstreamSection
from boxd.temporal.queues import TASK_TIMEOUT, task_queue
from boxd.workflows.housekeeping.messages import RunPart
from boxd.workflows.housekeeping.workflows import (
    BackupWorkflow,
    ExpiryWorkflow,
    SelfTestWorkflow,
    VerificationWorkflow,
)
from boxd.workflows.upstream.messages import PULL_SCHEDULE
from boxd.workflows.upstream.pull_workflow import PullWorkflow

Run = MethodAsyncNoParam[Any, str]
"""A workflow's run method; it returns what was done, in words."""

_RUNS: Mapping[RunPart, Run] = {
    RunPart.EXPIRY: ExpiryWorkflow.run,
    RunPart.BACKUP: BackupWorkflow.run,
    RunPart.SELF_TEST: SelfTestWorkflow.run,
    RunPart.VERIFICATION: VerificationWorkflow.run,
}
NAMES = (*RunPart, PULL_SCHEDULE)
# Boxes that share a server must not all start at the same second.
_JITTER = timedelta(minutes=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Plan:
    """One schedule: without `every` and `daily` it never starts by itself.

    `offset` separates it from the others. `daily` is a time of day in `time_zone`, e.g. "06:00".
    """

    name: str
    run: Run
    every: timedelta | None
    offset: timedelta = timedelta(0)
    daily: str = ""
    time_zone: str = "UTC"


def plans(configured: Schedules) -> list[Plan]:
    """The schedules of housekeeping."""
    every = {
        RunPart.EXPIRY: timedelta(minutes=configured.expiry_every_min),
        RunPart.BACKUP: timedelta(hours=configured.backup_every_h),
        RunPart.SELF_TEST: timedelta(hours=configured.self_test_every_h),
        RunPart.VERIFICATION: timedelta(hours=configured.verification_every_h),
    }
    daily = {
        RunPart.BACKUP: configured.backup_at,
        RunPart.SELF_TEST: configured.self_test_at,
        RunPart.VERIFICATION: configured.verification_at,
    }
    return [
        Plan(
            part,
            _RUNS[part],
            None if daily.get(part) else pause or None,
            timedelta(minutes=10 * number),
            daily.get(part) or "",
            configured.time_zone,
        )
        for number, (part, pause) in enumerate(every.items())
    ]


def pull_plans(upstream: UpstreamSection) -> list[Plan]:
    """The schedule that fetches upstream's orders, if that is configured."""
    if upstream.url is None or not upstream.pull:
        return []
    every = timedelta(seconds=upstream.pull_every_s)
    return [Plan(PULL_SCHEDULE, PullWorkflow.run, every)]


def schedule_id(box: str, name: str) -> str:
    """The id of a box's schedule."""
    return f"boxd-{box}-{name}"


def as_schedule(plan: Plan, box: str) -> Schedule:
    """The plan in Temporal's form.

    After a time without power only the last missed run is made up for; a running one is not joined
    by another.
    """
    every = plan.every
    return Schedule(
        action=ScheduleActionStartWorkflow(
            plan.run,
            id=f"housekeeping-{box}-{plan.name}",
            task_queue=task_queue(box),
            task_timeout=TASK_TIMEOUT,
        ),
        spec=_spec(plan),
        policy=SchedulePolicy(
            overlap=ScheduleOverlapPolicy.SKIP,
            catchup_window=every or (_DAY if plan.daily else timedelta(minutes=1)),
        ),
        state=ScheduleState(),
    )


def _spec(plan: Plan) -> ScheduleSpec:
    if plan.daily:
        hour, minute = map(int, plan.daily.split(":"))
        at = ScheduleCalendarSpec(hour=[ScheduleRange(hour)], minute=[ScheduleRange(minute)])
        return ScheduleSpec(calendars=[at], time_zone_name=plan.time_zone)
    return ScheduleSpec(
        intervals=[ScheduleIntervalSpec(plan.every, plan.offset)] if plan.every else [],
        jitter=min(_JITTER, plan.every / 10) if plan.every else None,
    )


def is_as_planned(schedule: Schedule, planned: Schedule) -> bool:
    """Whether a schedule is as planned, paused or not."""
    return _decided(schedule) == _decided(planned)


def _decided(schedule: Schedule) -> tuple[object, ...]:
    action = schedule.action
    assert isinstance(action, ScheduleActionStartWorkflow)  # noqa: S101 - there is no other kind
    intervals = [(each.every, each.offset or timedelta(0)) for each in schedule.spec.intervals]
    return (
        action.workflow,
        action.id,
        action.task_queue,
        action.task_timeout,
        intervals,
        [
            (each.hour[0].start, each.minute[0].start, schedule.spec.time_zone_name)
            for each in schedule.spec.calendars
        ],
        schedule.spec.jitter or timedelta(0),
        schedule.policy.overlap,
        schedule.policy.catchup_window,
    )
