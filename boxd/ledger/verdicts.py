"""The latest verdicts of attendants."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from boxd.ledger.task_kinds import OF_TASKS


@dataclass(frozen=True)
class GivenVerdict:
    """A verdict for display. `attendee` is the reference, or the pseudonym."""

    kind: str
    attendee: str
    approved: bool
    reason: str
    actor: str
    at: str


def last(connection: sqlite3.Connection, limit: int) -> list[GivenVerdict]:
    """The latest verdicts, newest first."""
    found = connection.execute(
        "SELECT task_versions.name, coalesce(reference, pseudonym), approved, reason, actor, at"
        f" FROM verdicts JOIN tasks ON tasks.id = verdicts.task {OF_TASKS}"
        " JOIN attendees ON attendees.id = tasks.attendee ORDER BY verdicts.seq DESC LIMIT ?",
        (limit,),
    )
    return [GivenVerdict(row[0], row[1], bool(row[2]), *row[3:]) for row in found]


def handed_in(connection: sqlite3.Connection, tasks: list[str]) -> dict[str, str]:
    """The latest submission of each of the tasks that wait for a verdict."""
    marks = ",".join("?" * len(tasks))
    found = connection.execute(
        "SELECT task, text FROM submissions JOIN tasks ON tasks.id = task"
        f" WHERE task IN ({marks}) AND try = tries_used AND text IS NOT NULL ORDER BY seq",
        tasks,
    )
    return {row[0]: row[1] for row in found}
