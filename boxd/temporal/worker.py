"""The worker's settings, sized for a box instead of a data centre."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

# A worker that died in a workflow task is noticed after this long.
TASK_TIMEOUT = timedelta(seconds=2)
# For so long the server waits for a dead worker's own queue before it asks any other.
_STICKY_TIMEOUT = timedelta(seconds=1)
# What is under way at a stop may still be recorded.
_GRACE = timedelta(seconds=5)


def task_queue(box: str) -> str:
    """The task queue of a box: only its own worker reaches its hardware."""
    return f"boxd-{box}"


def create_worker(
    client: Client,
    box: str,
    workflows: Sequence[type],
    activities: Sequence[Callable[..., object]],
) -> Worker:
    """The one worker of a box."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules("boxd")
    return Worker(
        client,
        task_queue=task_queue(box),
        workflows=workflows,
        activities=activities,
        workflow_runner=SandboxedWorkflowRunner(restrictions=restrictions),
        max_cached_workflows=50,
        max_concurrent_workflow_tasks=8,
        max_concurrent_local_activities=16,
        max_concurrent_activities=4,
        max_concurrent_workflow_task_polls=2,
        max_concurrent_activity_task_polls=1,
        sticky_queue_schedule_to_start_timeout=_STICKY_TIMEOUT,
        graceful_shutdown_timeout=_GRACE,
    )
