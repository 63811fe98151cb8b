"""The ledger as the checker reads it: its own rows, its own SQL, never a write."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from checker.invariants import EvidenceError

# The file is there, but SQLite was not let at it: nothing is known about its contents.
_NOT_LET_IN = frozenset(
    {
        sqlite3.SQLITE_AUTH,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)
MAY_HAVE_PULSED = ("done", "unknown", None)


@dataclass(frozen=True)
class Stock:
    """The recorded sums of a prize."""

    sku: str
    received: int
    on_hand: int
    held: int
    dispensed: int
    written_off: int


@dataclass(frozen=True)
class Movement:
    """Units that went from one place to another."""

    id: int
    sku: str
    quantity: int
    source: str
    target: str
    code: int | None


@dataclass(frozen=True)
class Code:
    """A claim code, without anything that would tell its digits."""

    id: int
    sku: str
    state: str


@dataclass(frozen=True)
class Right:
    """At which box of a fleet a code may be spent."""

    code: int
    is_here: int


@dataclass(frozen=True)
class Task:
    """What an attendee does to earn a code."""

    id: str
    attendee: int
    state: str
    code: int | None


@dataclass(frozen=True)
class Scan:
    """A checkpoint that counts for a task."""

    id: str
    task: str


@dataclass(frozen=True)
class Submission:
    """Something handed in for a task."""

    id: str
    task: str


@dataclass(frozen=True)
class TaskVerdict:
    """An attendant's word on a task."""

    id: str
    task: str
    approved: int


@dataclass(frozen=True)
class RecoveryAnswer:
    """What was said to a question of a playbook."""

    id: str
    recovery: str
    choice: str


@dataclass(frozen=True)
class Issue:
    """How far the issue of a code has come; `among` is what the draw fell on, as JSON."""

    id: str
    task: str | None
    attendee: int
    state: str
    draw: int | None
    among: str | None
    sku: str | None
    code: int | None
    since: str
    ended_at: str | None


@dataclass(frozen=True)
class Hold:
    """One unit set aside for an issue."""

    issue: str
    sku: str
    state: str


@dataclass(frozen=True)
class Redemption:
    """Where a redemption stands."""

    id: str
    bay: str
    stage: str
    step: int
    attempt: int
    code: int | None
    ended_at: str | None

    @property
    def is_open(self) -> bool:
        """Whether something is still to come."""
        return self.ended_at is None


@dataclass(frozen=True)
class Answer:
    """What a person answered."""

    id: str
    redemption: str
    step: int
    kind: str
    detail: str
    at: str


@dataclass(frozen=True)
class Actuation:
    """One order to one latch."""

    id: str
    locker: int
    latch: str
    redemption: str | None
    actor: str
    reason: str
    intent_at: str
    outcome: str | None
    note: str = ""

    @property
    def may_have_pulsed(self) -> bool:
        """Whether one pulse is in keeping with the recorded outcome."""
        return self.outcome in MAY_HAVE_PULSED

    def __str__(self) -> str:
        """The actuation as evidence shows it."""
        return f"actuation {self.id} intended {self.intent_at}: {self.outcome or 'no outcome'}"


@dataclass(frozen=True)
class AuditRow:
    """One row of the audit trail."""

    seq: int
    at: str
    actor: str
    action: str
    cause: str
    redemption: str | None
    bay: str | None
    locker: int | None
    code: int | None
    sku: str | None
    detail: str
    previous: bytes
    hash: bytes


@dataclass(frozen=True)
class Ledger:
    """All that the checker looks at, of one moment; `damage` says what SQLite found broken."""

    stock: tuple[Stock, ...] = ()
    movements: tuple[Movement, ...] = ()
    codes: tuple[Code, ...] = ()
    rights: tuple[Right, ...] = ()
    redemptions: tuple[Redemption, ...] = ()
    answers: tuple[Answer, ...] = ()
    actuations: tuple[Actuation, ...] = ()
    tasks: tuple[Task, ...] = ()
    scans: tuple[Scan, ...] = ()
    submissions: tuple[Submission, ...] = ()
    verdicts: tuple[TaskVerdict, ...] = ()
    recovery_answers: tuple[RecoveryAnswer, ...] = ()
    issues: tuple[Issue, ...] = ()
    holds: tuple[Hold, ...] = ()
    audit: tuple[AuditRow, ...] = ()
    tables: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    damage: tuple[str, ...] = ()
    is_readable: bool = True


def read_ledger(path: Path) -> Ledger:
    """Read a ledger, its write-ahead log too, in one read transaction.

    Raises EvidenceError when there is no file or SQLite may not read it. A file that is there and
    broken gives an empty ledger that is not readable, with the damage.
    """
    if not path.is_file():
        raise EvidenceError(f"there is no ledger {path}")
    try:
        uri = f"{path.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("BEGIN")
            return _ledger(connection)
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _NOT_LET_IN:
            raise EvidenceError(f"the ledger {path} can't be read: {error}") from error
        return Ledger(damage=(f"the ledger is damaged or none: {error}",), is_readable=False)


def _ledger(connection: sqlite3.Connection) -> Ledger:
    return Ledger(
        stock=_rows(connection, Stock, "stock", "sku"),
        movements=_rows(connection, Movement, "movements", "id"),
        codes=_rows(connection, Code, "codes", "id"),
        rights=_later(connection, Right, "rights", "code"),
        redemptions=_rows(connection, Redemption, "redemptions", "begun_at, id"),
        answers=_rows(connection, Answer, "answers", "redemption, step"),
        actuations=_rows(connection, Actuation, "actuations", "intent_at, id"),
        tasks=_later(connection, Task, "tasks", "id"),
        scans=_later(connection, Scan, "scans", "seq"),
        submissions=_later(connection, Submission, "submissions", "seq"),
        verdicts=_later(connection, TaskVerdict, "verdicts", "seq"),
        recovery_answers=_later(connection, RecoveryAnswer, "recovery_answers", "recovery, number"),
        issues=_later(connection, Issue, "issues", "asked_at, id"),
        holds=_later(connection, Hold, "holds", "issue"),
        audit=_rows(connection, AuditRow, "audit", "seq"),
        tables=_tables(connection),
        damage=_damage(connection),
    )


Row = TypeVar(
    "Row",
    bound=Stock
    | Movement
    | Code
    | Right
    | Task
    | Scan
    | Submission
    | TaskVerdict
    | RecoveryAnswer
    | Issue
    | Hold
    | Redemption
    | Answer
    | Actuation
    | AuditRow,
)


def _rows(
    connection: sqlite3.Connection, row: type[Row], table: str, order: str
) -> tuple[Row, ...]:
    columns = ", ".join(field.name for field in fields(row))
    # Table and columns are this module's own words, never input.
    found = connection.execute(f"SELECT {columns} FROM {table} ORDER BY {order}")  # noqa: S608
    return tuple(row(*values) for values in found)


def _later(
    connection: sqlite3.Connection, row: type[Row], table: str, order: str
) -> tuple[Row, ...]:
    """The rows of a table that came later; none where the ledger is from before it."""
    return _rows(connection, row, table, order) if _has_table(connection, table) else ()


def _has_table(connection: sqlite3.Connection, table: str) -> bool:
    known = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    return connection.execute(known, (table,)).fetchone() is not None


# What the audit trail tells row by row, in the order in which it came to be.
_TOLD = {
    "redemptions": "begun_at, id",
    "codes": "id",
    "actuations": "intent_at, id",
    "tasks": "started_at, id",
    "issues": "asked_at, id",
    "holds": "held_at, issue",
    "prizes": "sku",
    "lockers": "id",
    "movements": "id",
    "answers": "at, redemption, step",
    "scans": "seq",
    "submissions": "seq",
    "verdicts": "seq",
    "alarms": "id",
}


def _tables(connection: sqlite3.Connection) -> dict[str, tuple[dict[str, Any], ...]]:
    return {table: _all_of(connection, table, order) for table, order in _TOLD.items()}


def _all_of(connection: sqlite3.Connection, table: str, order: str) -> tuple[dict[str, Any], ...]:
    if not _has_table(connection, table):
        return ()
    found = connection.execute(f"SELECT * FROM {table} ORDER BY {order}")  # noqa: S608
    names = [column[0] for column in found.description]
    return tuple(dict(zip(names, row, strict=True)) for row in found)


def _damage(connection: sqlite3.Connection) -> tuple[str, ...]:
    whole = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)")]
    orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    return tuple(
        [f"integrity check: {text}" for text in whole if text != "ok"]
        + [
            f"{table} row {rowid} refers to a missing row of {parent}"
            for table, rowid, parent, _ in orphans
        ]
    )
