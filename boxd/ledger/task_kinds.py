"""Kinds of task, each in its versions, and checkpoints: what the ledger has of them."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from boxd.errors import NotFound
from boxd.task import Checkpoint, Demand, TaskKind, TaskTexts

OF_TASKS = (
    "JOIN task_versions ON task_versions.kind = tasks.kind AND task_versions.version ="
    " tasks.version"
)
"""Joins a task with the rules that it began with."""
_CURRENT = (
    "SELECT task_versions.*, offered, is_in_file FROM task_kinds JOIN task_versions"
    " ON task_versions.kind = task_kinds.id AND task_versions.version = task_kinds.version"
)


@dataclass(frozen=True)
class PublishedKind:
    """A version of a kind, by whom and when it was published.

    `is_offered`: attendees can begin it. `is_in_file`: the configuration file has it.
    """

    kind: TaskKind
    version: int
    published_at: str
    publisher: str
    is_offered: bool
    is_in_file: bool


def of_row(row: sqlite3.Row) -> TaskKind:
    """The kind in a row that has the columns of `task_versions`, under their own names."""
    return TaskKind(
        id=row["kind"],
        name=row["name"],
        text=row["text"],
        checkpoints=tuple(json.loads(row["checkpoints"])),
        needed=row["needed"],
        submission=Demand(row["submission"]),
        verdict=bool(row["verdict"]),
        tries=row["tries"],
        expires_at=row["expires_at"],
        prizes=tuple(json.loads(row["prizes"])),
        translations=tuple(TaskTexts(*each) for each in json.loads(row["translations"])),
    )


def _published(row: sqlite3.Row) -> PublishedKind:
    return PublishedKind(
        kind=of_row(row),
        version=row["version"],
        published_at=row["published_at"],
        publisher=row["publisher"],
        is_offered=bool(row["offered"]),
        is_in_file=bool(row["is_in_file"]),
    )


def offered(connection: sqlite3.Connection) -> list[TaskKind]:
    """The kinds that attendees can begin, by id."""
    found = connection.execute(f"{_CURRENT} WHERE offered = 1 ORDER BY task_kinds.id")
    return [of_row(row) for row in found]


def published(connection: sqlite3.Connection) -> list[PublishedKind]:
    """Every kind in its present version, those that are offered first, by name."""
    found = connection.execute(f"{_CURRENT} ORDER BY offered DESC, name, task_kinds.id")
    return [_published(row) for row in found]


def require(connection: sqlite3.Connection, kind: str) -> PublishedKind:
    """The kind in its present version. Raises NotFound with those that are offered."""
    row = connection.execute(f"{_CURRENT} WHERE task_kinds.id = ?", (kind,)).fetchone()
    if row is None:
        known = ", ".join(each.id for each in offered(connection)) or "none yet"
        raise NotFound(f"there is no kind of task '{kind}'; known: {known}")
    return _published(row)


def versions(connection: sqlite3.Connection, kind: str) -> list[tuple[PublishedKind, int]]:
    """Every version of a kind, the newest first, each with how many open tasks go by it."""
    found = connection.execute(
        "SELECT task_versions.*, offered, is_in_file, (SELECT count(*) FROM tasks"
        "  WHERE tasks.kind = task_versions.kind AND tasks.version = task_versions.version"
        "  AND ended_at IS NULL) AS open"
        " FROM task_versions JOIN task_kinds ON task_kinds.id = task_versions.kind"
        " WHERE task_versions.kind = ? ORDER BY task_versions.version DESC",
        (kind,),
    )
    return [(_published(row), row["open"]) for row in found]


def checkpoints(connection: sqlite3.Connection) -> list[Checkpoint]:
    """Every checkpoint, by id."""
    found = connection.execute("SELECT id, name FROM checkpoints ORDER BY id")
    return [Checkpoint(*row) for row in found]
