"""Reading tasks: their standing, and everything that belongs to them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from boxd import names
from boxd.errors import NotFound
from boxd.ledger import task_kinds
from boxd.roles import EVERYTHING, TaskScope
from boxd.task import TaskKind, TaskStanding, TaskState

# Scans in their order; the submissions for the present try. A task's issues are
# numbered, because the clock may have gone back between their times.
_SELECT = f"""
    SELECT tasks.id AS task, attendee, state, step, since, tries_used,
        last_refusal, code, task_versions.*,
        (SELECT json_group_array(checkpoint) FROM
            (SELECT checkpoint FROM scans WHERE scans.task = tasks.id ORDER BY seq)
        ) AS scanned,
        (SELECT count(*) FROM submissions WHERE submissions.task = tasks.id
            AND try = tries_used) AS submissions,
        (SELECT coalesce(sum(length(CAST(text AS BLOB))), 0) FROM submissions
            WHERE submissions.task = tasks.id AND try = tries_used) AS submitted_bytes,
        coalesce((SELECT issues.id FROM issues WHERE issues.task = tasks.id
            ORDER BY length(issues.id) DESC, issues.id DESC LIMIT 1), '') AS issue
    FROM tasks {task_kinds.OF_TASKS}
"""

_DETAILS = {
    "scans": "id, checkpoint, actor, at FROM scans WHERE task = ? ORDER BY seq",
    "submissions": "id, try, text, actor, at FROM submissions WHERE task = ? ORDER BY seq",
    "verdicts": "id, try, approved, reason, actor, at FROM verdicts WHERE task = ? ORDER BY seq",
    "issues": (
        "id, state, attempt, sku, code, why, asked_at, ended_at FROM issues WHERE task = ?"
        " ORDER BY length(id), id"
    ),
}


def find(connection: sqlite3.Connection, task: str) -> TaskStanding | None:
    """The task's standing; None if the ledger does not know it."""
    row = connection.execute(f"{_SELECT} WHERE tasks.id = ?", (task,)).fetchone()
    return _standing(row) if row else None


def require(connection: sqlite3.Connection, task: str) -> TaskStanding:
    """The task's standing. Raises NotFound if the ledger does not know it."""
    standing = find(connection, task)
    if standing is None:
        raise NotFound(f"there is no task '{task}'; `boxd tasks list` shows all")
    return standing


def open_ones(connection: sqlite3.Connection) -> list[TaskStanding]:
    """Every task that has not ended, by id."""
    return _standings(connection.execute(f"{_SELECT} WHERE ended_at IS NULL ORDER BY tasks.id"))


def approved_ones(connection: sqlite3.Connection) -> list[TaskStanding]:
    """The tasks whose codes are being issued, by id; hardly ever more than a few."""
    approved = f"{_SELECT} WHERE ended_at IS NULL AND tasks.state = 'approved' ORDER BY tasks.id"
    return _standings(connection.execute(approved))


def open_count(connection: sqlite3.Connection) -> int:
    """How many tasks have not ended."""
    found = connection.execute("SELECT count(*) FROM tasks WHERE ended_at IS NULL").fetchone()
    return int(found[0])


def of_attendee(connection: sqlite3.Connection, attendee: int) -> list[TaskStanding]:
    """The attendee's tasks, in the order in which they were started."""
    found = connection.execute(
        f"{_SELECT} WHERE attendee = ? ORDER BY started_at, tasks.id", (attendee,)
    )
    return _standings(found)


def listing(
    connection: sqlite3.Connection,
    state: TaskState | None,
    kind: str | None,
    limit: int,
    attendee: str | None = None,
    before: str | None = None,
    scope: TaskScope = EVERYTHING,
) -> list[TaskStanding]:
    """Tasks of a scope, newest first; all, or those in a state, of a kind, of an attendee.

    `before` leaves out that task and all newer ones.
    """
    wanted = {
        "state = ?": state,
        "tasks.kind = ?": kind,
        "attendee IN (SELECT id FROM attendees WHERE folded = ?)": (
            None if attendee is None else names.folded(attendee)
        ),
        "(started_at, tasks.id) < (SELECT started_at, id FROM tasks WHERE id = ?)": before,
        "tasks.kind IN (SELECT value FROM json_each(?))": _listed(scope.kinds),
        "EXISTS (SELECT 1 FROM json_each(task_versions.checkpoints) AS has"
        " JOIN json_each(?) AS wanted ON wanted.value = has.value)": _listed(scope.checkpoints),
    }
    given = {rule: value for rule, value in wanted.items() if value is not None}
    found = connection.execute(
        f"{_SELECT} WHERE {' AND '.join(given) or 'TRUE'}"
        " ORDER BY started_at DESC, tasks.id DESC LIMIT ?",
        (*given.values(), limit),
    )
    return _standings(found)


def details(connection: sqlite3.Connection, task: str) -> dict[str, list[dict[str, object]]]:
    """A task's scans, submissions, verdicts and issues of its code, oldest first."""
    require(connection, task)
    return {
        table: [dict(row) for row in connection.execute(f"SELECT {what}", (task,))]
        for table, what in _DETAILS.items()
    }


def _listed(ids: tuple[str, ...]) -> str | None:
    return json.dumps(ids) if ids else None


def _standings(rows: Iterable[sqlite3.Row]) -> list[TaskStanding]:
    return [_standing(row) for row in rows]


def _standing(row: sqlite3.Row) -> TaskStanding:
    kind: TaskKind = task_kinds.of_row(row)
    return TaskStanding(
        task=row["task"],
        kind=kind,
        attendee=row["attendee"],
        state=TaskState(row["state"]),
        step=row["step"],
        since=row["since"],
        scanned=tuple(json.loads(row["scanned"])),
        is_submitted=row["submissions"] > 0,
        tries_used=row["tries_used"],
        last_refusal=row["last_refusal"],
        code=row["code"],
        expires_at=kind.expires_at,
        issue=row["issue"],
        submissions=row["submissions"],
        submitted_bytes=row["submitted_bytes"],
    )
