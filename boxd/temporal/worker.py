"""The worker's size: for one box, not for a data centre."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkflowRunner

from boxd import __version__
from boxd.temporal.message_converter import seal_of
from boxd.temporal.queues import task_queue, tasks_queue
from boxd.temporal.sealed_calls import CallSeal
from boxd.temporal.sealed_runner import SealedWorkflowRunner
from boxd.temporal.unknown_workflow import UnknownWorkflow


def worker_options() -> dict[str, Any]:
    """The worker's options, besides its client, its task queue and what it runs."""
    return {
        "workflow_runner": UnsandboxedWorkflowRunner(),  # see docs/adr/0011
        "max_cached_workflows": 50,  # every open redemption, with room to spare
        "max_concurrent_workflow_tasks": 4,
        "max_concurrent_workflow_task_polls": 2,  # one for the queue, one for the cached ones
        "max_concurrent_local_activities": 16,  # they wait for ledger and doors, not for the CPU
        "max_concurrent_activities": 4,
        "max_concurrent_activity_task_polls": 1,
        # The longest wait for the cached workflows of a killed worker.
        "sticky_queue_schedule_to_start_timeout": timedelta(seconds=1),
        # A running activity may finish at a stop: a pulse takes 0.1 s, a door opens within 3 s.
        "graceful_shutdown_timeout": timedelta(seconds=4),
    }


def tasks_worker_options() -> dict[str, Any]:
    """The options of the tasks' worker: few at a time, so that redemptions are never slow.

    How many is measured: docs/adr/0030.
    """
    return worker_options() | {
        "max_cached_workflows": 100,  # a crowd's tasks, and the codes issued for them
        "max_concurrent_workflow_tasks": 6,
        "max_concurrent_local_activities": 16,
        "no_remote_activities": True,
    }


def create_worker(
    client: Client,
    box_id: str,
    workflows: Sequence[type],
    activities: Sequence[Callable[..., object]],
) -> Worker:
    """A worker for this box; run it with `async with` or `run`."""
    return _worker(client, task_queue(box_id), workflows, activities, worker_options())


def create_tasks_worker(
    client: Client,
    box_id: str,
    workflows: Sequence[type],
    activities: Sequence[Callable[..., object]],
) -> Worker:
    """The worker of this box's tasks; run it with `async with` or `run`."""
    return _worker(client, tasks_queue(box_id), workflows, activities, tasks_worker_options())


def _worker(
    client: Client,
    queue: str,
    workflows: Sequence[type],
    activities: Sequence[Callable[..., object]],
    options: dict[str, Any],
) -> Worker:
    return Worker(
        client,
        task_queue=queue,
        workflows=[*workflows, UnknownWorkflow],
        activities=activities,
        # The SDK's own reads and hashes every module at the start; it is part of each history.
        build_id=__version__,
        **options | {"workflow_runner": _runner(client)},
    )


def _runner(client: Client) -> WorkflowRunner:
    """What comes by a client that seals has to be sealed before a workflow gets it."""
    seal = seal_of(client.data_converter)
    if seal is None:
        return UnsandboxedWorkflowRunner()
    return SealedWorkflowRunner(CallSeal(seal, client.namespace))
