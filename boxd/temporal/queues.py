"""The queues of a box at its server, and how long a workflow task may be with a worker."""

from __future__ import annotations

from datetime import timedelta

# Given at every start_workflow: a task that a killed worker held is handed out again after this.
TASK_TIMEOUT = timedelta(seconds=2)


def task_queue(box_id: str) -> str:
    """The task queue that only this box's worker serves: its hardware is here."""
    return f"boxd-{box_id}"


def tasks_queue(box_id: str) -> str:
    """The queue of attendees' tasks, so that a crowd of them delays nobody at a bay."""
    return f"boxd-{box_id}-tasks"
