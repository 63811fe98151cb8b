"""How tasks and checkpoints went in a stretch of time, for reports."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

OF_THE_EVENT = (
    "(SELECT is_rehearsal FROM tasks JOIN attendees ON attendees.id = tasks.attendee"
    " WHERE tasks.id = scans.task) = 0"
)
"""The scans that count: no rehearsal's."""


@dataclass(frozen=True)
class TaskSum:
    """Tasks of one kind that began in the stretch: all, rewarded, still open, ended without."""

    kind: str
    name: str
    started: int
    rewarded: int
    open: int
    without: int


@dataclass(frozen=True)
class CheckpointSum:
    """The scans of one checkpoint in the stretch."""

    checkpoint: str
    name: str
    scans: int


def tasks(connection: sqlite3.Connection, since: str | None, until: str | None) -> list[TaskSum]:
    """Tasks by kind, begun from `since` on and before `until`; every kind that is offered."""
    found = connection.execute(
        "SELECT task_kinds.id, name, count(tasks.id), total(state = 'rewarded'),"
        " total(ended_at IS NULL AND tasks.id IS NOT NULL),"
        " total(ended_at IS NOT NULL AND state <> 'rewarded')"
        " FROM task_kinds JOIN task_versions ON task_versions.kind = task_kinds.id"
        "  AND task_versions.version = task_kinds.version"
        " LEFT JOIN tasks ON tasks.kind = task_kinds.id"
        " AND started_at >= ? AND started_at < ?"
        " AND (SELECT is_rehearsal FROM attendees WHERE attendees.id = tasks.attendee) = 0"
        " GROUP BY task_kinds.id HAVING offered OR count(tasks.id) ORDER BY name",
        (since or "", until or "9"),
    )
    return [TaskSum(kind, name, *map(int, counts)) for kind, name, *counts in found]


def checkpoints(
    connection: sqlite3.Connection, since: str | None, until: str | None
) -> list[CheckpointSum]:
    """Scans by checkpoint, from `since` on and before `until`; also those without any."""
    found = connection.execute(
        "SELECT checkpoints.id, name, count(scans.seq) FROM checkpoints"
        " LEFT JOIN scans ON scans.checkpoint = checkpoints.id AND at >= ? AND at < ?"
        f" AND {OF_THE_EVENT}"
        " GROUP BY checkpoints.id ORDER BY name",
        (since or "", until or "9"),
    )
    return [CheckpointSum(*row) for row in found]
