"""Kinds of task and checkpoints, as in the last configuration."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from boxd.errors import NotFound
from boxd.ledger.ledger import Transaction
from boxd.task import Checkpoint, Demand, TaskKind

_COLUMNS = (
    "id",
    "name",
    "text",
    "checkpoints",
    "needed",
    "submission",
    "verdict",
    "tries",
    "expires_at",
    "prizes",
)


def declare(
    tx: Transaction, kinds: Sequence[TaskKind], checkpoints: Sequence[Checkpoint]
) -> frozenset[str]:
    """Store the configuration's kinds; kinds that are gone are not offered any more.

    Their open tasks take a step, so that no answer to the old rules counts under the new ones.
    Returns the kinds whose rules have changed.
    """
    before = {of_row(row) for row in tx.connection.execute("SELECT * FROM task_kinds")}
    tx.connection.executemany(
        "INSERT INTO checkpoints (id, name) VALUES (?,?)"
        " ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE name <> excluded.name",
        [(each.id, each.name) for each in checkpoints],
    )
    offered = json.dumps([kind.id for kind in kinds])
    tx.connection.execute(
        "UPDATE task_kinds SET offered = 0"
        " WHERE offered = 1 AND id NOT IN (SELECT value FROM json_each(?))",
        (offered,),
    )
    changed = ", ".join(f"{column} = excluded.{column}" for column in _COLUMNS[1:])
    tx.connection.executemany(
        f"INSERT INTO task_kinds ({', '.join(_COLUMNS)}) VALUES (?,?,?,?,?,?,?,?,?,?)"
        f" ON CONFLICT (id) DO UPDATE SET offered = 1, {changed}",
        [_row(kind) for kind in kinds],
    )
    changed_kinds = frozenset(kind.id for kind in kinds if kind not in before)
    tx.connection.execute(
        "UPDATE tasks SET step = step + 1 WHERE ended_at IS NULL"
        " AND kind IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(changed_kinds)),),
    )
    return changed_kinds


def _row(kind: TaskKind) -> tuple[object, ...]:
    return (
        kind.id,
        kind.name,
        kind.text,
        json.dumps(kind.checkpoints),
        kind.needed,
        kind.submission,
        int(kind.verdict),
        kind.tries,
        kind.expires_at,
        json.dumps(kind.prizes),
    )


def of_row(row: sqlite3.Row) -> TaskKind:
    """The kind in a row that has its columns, under their own names."""
    return TaskKind(
        id=row["id"],
        name=row["name"],
        text=row["text"],
        checkpoints=tuple(json.loads(row["checkpoints"])),
        needed=row["needed"],
        submission=Demand(row["submission"]),
        verdict=bool(row["verdict"]),
        tries=row["tries"],
        expires_at=row["expires_at"],
        prizes=tuple(json.loads(row["prizes"])),
    )


def offered(connection: sqlite3.Connection) -> list[TaskKind]:
    """The kinds in the configuration, by id."""
    return [
        of_row(row)
        for row in connection.execute("SELECT * FROM task_kinds WHERE offered = 1 ORDER BY id")
    ]


def find(connection: sqlite3.Connection, kind: str) -> TaskKind:
    """The kind, offered or not. Raises NotFound with those that are offered."""
    row = connection.execute("SELECT * FROM task_kinds WHERE id = ?", (kind,)).fetchone()
    if row is None:
        known = ", ".join(each.id for each in offered(connection)) or "none yet"
        raise NotFound(f"there is no kind of task '{kind}'; known: {known}")
    return of_row(row)


def is_offered(connection: sqlite3.Connection, kind: str) -> bool:
    """Whether the configuration still has it."""
    row = connection.execute("SELECT offered FROM task_kinds WHERE id = ?", (kind,)).fetchone()
    return row is not None and bool(row[0])


def checkpoints(connection: sqlite3.Connection) -> list[Checkpoint]:
    """Every checkpoint, by id."""
    found = connection.execute("SELECT id, name FROM checkpoints ORDER BY id")
    return [Checkpoint(*row) for row in found]
