"""The schedules of a box, and which of their settings the configuration decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.client import (
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleState,
)
from temporalio.types import MethodAsyncNoParam

from boxd.config.housekeeping_schema import Schedules
from boxd.config.upstream_schema import UpstreamSection
from boxd.temporal.worker import TASK_TIMEOUT, task_queue
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


@dataclass(frozen=True)
class Plan:
    """One schedule: `every` None never starts it by itself.

    `offset` separates it from the others.
    """

    name: str
    run: Run
    every: timedelta | None
    offset: timedelta = timedelta(0)


def plans(configured: Schedules) -> list[Plan]:
    """The schedules of housekeeping."""
    every = {
        RunPart.EXPIRY: timedelta(minutes=configured.expiry_every_min),
        RunPart.BACKUP: timedelta(hours=configured.backup_every_h),
        RunPart.SELF_TEST: timedelta(hours=configured.self_test_every_h),
        RunPart.VERIFICATION: timedelta(hours=configured.verification_every_h),
    }
    return [
        Plan(part, _RUNS[part], pause or None, timedelta(minutes=10 * number))
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
        spec=ScheduleSpec(
            intervals=[ScheduleIntervalSpec(every, plan.offset)] if every else [],
            jitter=min(_JITTER, every / 10) if every else None,
        ),
        policy=SchedulePolicy(
            overlap=ScheduleOverlapPolicy.SKIP, catchup_window=every or timedelta(minutes=1)
        ),
        state=ScheduleState(),
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
        schedule.spec.jitter or timedelta(0),
        schedule.policy.overlap,
        schedule.policy.catchup_window,
    )
