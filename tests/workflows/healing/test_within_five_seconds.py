"""Whatever is done to whichever workflow, the next looks begin it again: within five seconds.

How long a look takes depends on the machine; how many looks it takes does not. So this counts
them, and the pause before each: the rest of the five seconds is the looks' own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from temporalio import workflow
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.deployment.v1 import WorkerDeploymentVersion as PinnedVersion
from temporalio.api.workflow.v1 import VersioningOverride, WorkflowExecutionOptions
from temporalio.api.workflowservice.v1 import (
    DescribeWorkerDeploymentVersionRequest,
    UpdateWorkflowExecutionOptionsRequest,
)
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.service import RPCError
from temporalio.worker import Worker, WorkerDeploymentConfig

from boxd.config.schema import Temporal
from boxd.issue import IssueStanding
from boxd.machine_clock import utc_now
from boxd.redemption import Stage
from boxd.temporal import command
from boxd.temporal.queues import task_queue, tasks_queue
from boxd.workflows.healing.condition import ended_since, standing_still
from boxd.workflows.healing.healer import EVERY_S, JUST_STARTED_S, MOST_LOOKS
from boxd.workflows.housekeeping.schedules import Plan
from boxd.workflows.recovery import messages as of_recoveries
from boxd.workflows.redemption.workflow import RedemptionWorkflow
from boxd.workflows.tasks.issue_workflow import IssueCodeWorkflow
from boxd.workflows.tasks.messages import IssueStart, issue_workflow_id
from boxd.workflows.tasks.workflow import TaskWorkflow
from boxd.workflows.upstream.messages import upstream_workflow_id
from tests.workflows.event import BOX, until
from tests.workflows.healing.small_box import Ending, SmallBox, small_box
from tests.workflows.healing.test_healer import cancel, delete, pause, reset, terminate

WITHIN_S = 5.0
# What remains of the five seconds for the looks themselves.
LOOKS_S = 1.5


@workflow.defn(name="IssueCode", sandboxed=False)
class UnhurriedIssue(IssueCodeWorkflow):
    """An issue that can be met on its way."""

    @workflow.init
    def __init__(self, start: IssueStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: IssueStart) -> IssueStanding:
        """Never come to the first step."""
        await workflow.wait_condition(lambda: False)
        return await super().run(start)


@workflow.defn(name="Unhurried", sandboxed=False)
class UnhurriedJob:
    """A job of housekeeping that can be met on its way."""

    @workflow.run
    async def run(self) -> str:
        """Never end."""
        await workflow.wait_condition(lambda: False)
        return ""


async def bind_to_another_release(box: SmallBox, name: str) -> None:
    version = PinnedVersion(deployment_name="boxd", build_id="gone")
    pinned = VersioningOverride.PinnedOverride(
        version=version, behavior=VersioningOverride.PINNED_OVERRIDE_BEHAVIOR_PINNED
    )
    request = UpdateWorkflowExecutionOptionsRequest(
        namespace="default",
        workflow_execution=WorkflowExecution(workflow_id=name),
        workflow_execution_options=WorkflowExecutionOptions(
            versioning_override=VersioningOverride(pinned=pinned)
        ),
        update_mask=FieldMask(paths=["versioning_override"]),
    )

    async def is_bound() -> bool:
        try:
            await box.client.workflow_service.update_workflow_execution_options(request)
        except RPCError as error:  # the release is known somewhat later there
            assert "is not present" in str(error)
            return False
        return True

    await until(is_bound, "the other release")


async def register_another_release(box: SmallBox) -> None:
    """Make the server know a release, which then is gone: nothing can be bound to others."""
    version = WorkerDeploymentVersion(deployment_name="boxd", build_id="gone")
    config = WorkerDeploymentConfig(
        version=version,
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
    )

    queues = (task_queue(BOX), tasks_queue(BOX))
    workers = [
        Worker(box.client, task_queue=queue, workflows=[UnhurriedJob], deployment_config=config)
        for queue in queues
    ]

    async def is_known() -> bool:
        request = DescribeWorkerDeploymentVersionRequest(
            namespace="default",
            deployment_version=PinnedVersion(deployment_name="boxd", build_id="gone"),
        )
        try:
            found = await box.client.workflow_service.describe_worker_deployment_version(request)
        except RPCError:
            return False
        return set(queues) <= {each.name for each in found.version_task_queues}

    async with workers[0], workers[1]:
        await until(is_known, "the other release")


INTERVENTIONS: dict[str, Ending] = {
    "terminated": terminate,
    "cancelled": cancel,
    "deleted": delete,
    "paused": pause,
    "reset": reset,
    "bound": bind_to_another_release,
}
RELEASE = (RedemptionWorkflow, TaskWorkflow, UnhurriedIssue)


PLANS = [Plan(f"unhurried-{did}", UnhurriedJob.run, None) for did in INTERVENTIONS]


@pytest.fixture
async def box(
    directory: Path, settings: Temporal, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[SmallBox]:
    """A small box that looks only when it is told to."""
    allowed = dict(command.DYNAMIC_CONFIG) | {
        "frontend.WorkflowPauseEnabled": "true",
        "system.enableDeploymentVersions": "true",  # as at another server
    }
    monkeypatch.setattr(command, "DYNAMIC_CONFIG", allowed)
    async with (
        small_box(directory, settings, jobs=[UnhurriedJob], plans=PLANS, heals=False) as running,
        running.release(RELEASE),
    ):
        yield running


async def healed_by_few_looks(
    box: SmallBox, names: set[str], since: datetime, before: int = 0
) -> None:
    """See that each of these has a record after `MOST_LOOKS`, beside those of before."""
    for _ in range(MOST_LOOKS):
        await box.healer.look(since)
        records = {each["detail"]["workflow"] for each in (await box.healed())[before:]}
        if names <= records:
            return
        await asyncio.sleep(EVERY_S)
    pytest.fail(f"still not begun again: {names - records}")


async def is_listed(box: SmallBox, names: dict[str, set[str]], since: datetime) -> bool:
    """Whether the server's list has caught up: how far it lags is not the box's to decide."""
    still = {each.workflow for each in await standing_still(box.client, BOX)}
    ended = {each.workflow for each in await ended_since(box.client, BOX, since)}
    running = {each.id async for each in box.client.list_workflows("ExecutionStatus='Running'")}
    return (
        names["paused"] | names["bound"] <= still
        and names["terminated"] | names["cancelled"] | names["reset"] <= ended
        and not names["deleted"] & running
    )


async def one_of_each(box: SmallBox, bay: int, did: str) -> set[str]:
    """An open redemption, task, issue, recovery and job."""
    redemption = await box.at(bay, Stage.LOAD)
    task = await box.start("hunt", f"attendee {bay}")
    await box.issue(f"issue-{bay}", f"attendee {bay}")
    await box.schedules.run(f"unhurried-{did}", "tester")
    recovery = (await box.recoveries.start("jammed-locker", "tester", bay))["id"]
    recovering = of_recoveries.workflow_id(str(recovery), BOX)
    await until(lambda: box.runs(recovering), "its workflow")
    names = {
        f"redemption-{redemption}@{BOX}",
        f"task-{task}@{BOX}",
        recovering,
        issue_workflow_id(f"issue-{bay}", BOX),
    }
    return names | {await box.job(f"unhurried-{did}")}


async def test_whatever_is_done_to_whichever_kind_is_seen_by_the_looks_of_five_seconds(
    box: SmallBox,
) -> None:
    assert MOST_LOOKS * EVERY_S + LOOKS_S < WITHIN_S
    await box.schedules.bring_up_to_date()
    names = {
        did: await one_of_each(box, bay, did) for bay, did in enumerate(INTERVENTIONS, start=1)
    }
    await register_another_release(box)
    await asyncio.sleep(JUST_STARTED_S)  # a younger task may still be about to get its workflow
    since = utc_now()
    await box.healer.look(since)  # what has never been met is being started
    for did, intervene in INTERVENTIONS.items():
        for name in names[did]:
            await intervene(box, name)
    await until(lambda: is_listed(box, names, since), "the server's list")
    everything = set().union(*names.values())
    await healed_by_few_looks(box, everything, since)
    for name in everything:
        if not name.startswith("housekeeping-"):  # a job's next run has another id
            await until(lambda name=name: box.runs(name), name)
    assert len([each for each in await box.jobs() if each not in everything]) == len(PLANS)


async def test_delivery_is_begun_again_as_well(box: SmallBox) -> None:
    await register_another_release(box)
    name, since = upstream_workflow_id(BOX), utc_now()
    for did in ("deleted", "paused", "bound"):  # a fourth time would be put off
        await box.upstream.try_now()
        await until(lambda: box.runs(name), name)
        await box.healer.look(since)
        healed = len(await box.healed())
        await INTERVENTIONS[did](box, name)
        await healed_by_few_looks(box, {name}, since, healed)
        await until(lambda: box.runs(name), name)
