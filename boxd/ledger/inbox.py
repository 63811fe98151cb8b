"""The tasks that wait for an attendant's verdict alone, longest first."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from boxd.ledger.task_kinds import OF_TASKS

# What an attendee still owes is seen in SQL, so that thousands of open tasks cost little.
_WAITING = f"""
    FROM tasks {OF_TASKS}
    WHERE tasks.ended_at IS NULL AND tasks.state = 'open' AND task_versions.verdict = 1
    AND (task_versions.expires_at IS NULL OR task_versions.expires_at > :at)
    AND (SELECT count(*) FROM scans WHERE scans.task = tasks.id) >= task_versions.needed
    AND (task_versions.submission = 'none' OR EXISTS
        (SELECT 1 FROM submissions WHERE submissions.task = tasks.id AND try = tasks.tries_used))
"""


@dataclass(frozen=True)
class Waiting:
    """How many tasks wait for a verdict, and since when the first of them does."""

    count: int
    since: str | None


def waiting(connection: sqlite3.Connection, at: str) -> Waiting:
    """What waits for a verdict at the time `at`."""
    row = connection.execute(f"SELECT count(*), min(tasks.since) {_WAITING}", {"at": at}).fetchone()
    return Waiting(*row)


def waiting_tasks(connection: sqlite3.Connection, at: str, limit: int) -> list[str]:
    """The tasks that wait for a verdict, the longest wait first."""
    found = connection.execute(
        f"SELECT tasks.id {_WAITING} ORDER BY tasks.since, tasks.id LIMIT :limit",
        {"at": at, "limit": limit},
    )
    return [str(row[0]) for row in found]
