"""The tasks that wait for an attendant's verdict alone, longest first."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from boxd.ledger.task_kinds import OF_TASKS

# What an attendee still owes is seen in SQL, so that thousands of open tasks cost little.
_WAITING = f"""
    FROM tasks {OF_TASKS}
    WHERE (:kinds IS NULL OR tasks.kind IN (SELECT value FROM json_each(:kinds)))
    AND tasks.ended_at IS NULL AND tasks.state = 'open' AND task_versions.verdict = 1
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


def waiting(connection: sqlite3.Connection, at: str, kinds: tuple[str, ...] = ()) -> Waiting:
    """What waits for a verdict at the time `at`, of these kinds of task; none named: of all."""
    row = connection.execute(
        f"SELECT count(*), min(tasks.since) {_WAITING}", {"at": at, "kinds": _listed(kinds)}
    ).fetchone()
    return Waiting(*row)


def waiting_tasks(
    connection: sqlite3.Connection, at: str, limit: int, kinds: tuple[str, ...] = ()
) -> list[str]:
    """The tasks that wait for a verdict, the longest wait first, of these kinds or of all."""
    found = connection.execute(
        f"SELECT tasks.id {_WAITING} ORDER BY tasks.since, tasks.id LIMIT :limit",
        {"at": at, "limit": limit, "kinds": _listed(kinds)},
    )
    return [str(row[0]) for row in found]


def _listed(kinds: tuple[str, ...]) -> str | None:
    return json.dumps(kinds) if kinds else None
