"""Tasks: started once for each attendee, and moved on by scans, submissions and verdicts."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime

from boxd.errors import Refused
from boxd.ledger import attendees, audit, closing, issues, outbox, photos, task_kinds
from boxd.ledger.ledger import Transaction, as_text
from boxd.ledger.task_standings import find, open_ones, require
from boxd.task import (
    WITHOUT_CODE,
    Asked,
    Demand,
    Scan,
    Submission,
    TaskReply,
    TaskStanding,
    TaskState,
    Verdict,
    Withdrawal,
    counts_already,
    has_expired,
    state_after,
    task_id,
    why_refused,
)
from boxd.words import N_


def start(tx: Transaction, kind: str, attendee: int, actor: str) -> TaskStanding:
    """Start the attendee's task of this kind; if it exists already, return its standing.

    Raises NotFound for an unknown kind or attendee; Refused for a kind that is no longer offered
    or has expired, and for a forgotten attendee.
    """
    task = task_id(kind, attendee)
    if (known := find(tx.connection, task)) is not None:
        return known
    wanted = task_kinds.require(tx.connection, kind)
    attendees.require_known(tx.connection, attendee)
    if closing.is_closed(tx.connection):
        raise Refused(closing.CLOSED)
    if not wanted.is_offered:
        raise Refused(N_("'{task}' is not offered any more").format(task=wanted.kind.name))
    tx.connection.execute(
        "INSERT INTO tasks (id, kind, version, attendee, started_at, since) VALUES (?,?,?,?,?,?)",
        (task, kind, wanted.version, attendee, tx.at, tx.at),
    )
    standing = require(tx.connection, task)
    if has_expired(standing, _now(tx)):
        raise Refused(f"'{wanted.kind.name}' expired at {standing.expires_at}; it can't be started")
    _tell(tx, standing, actor, "task.started")
    return standing


def reply_given(connection: sqlite3.Connection, asked: Asked) -> TaskReply | None:
    """The reply to a request with this id, or to one that counts already; None if it is new.

    Raises NotFound for an unknown task, Refused if the id was used for something else.
    """
    standing = require(connection, asked.task)
    if isinstance(asked, Withdrawal):
        is_done = counts_already(standing, asked)
        return TaskReply(True, "", standing, is_new=False) if is_done else None
    table, values = _TABLES[type(asked)], _content(asked)
    row = connection.execute(
        f"SELECT task, {', '.join(values)} FROM {table} WHERE id = ?", (asked.id,)
    ).fetchone()
    if row is not None and tuple(row) != (asked.task, *values.values()):
        raise Refused(f"the id '{asked.id}' was used for something else; take a new one")
    if row is not None or counts_already(standing, asked):
        return TaskReply(True, "", standing, is_new=False)
    return None


_TABLES: dict[type[Asked], str] = {Scan: "scans", Submission: "submissions", Verdict: "verdicts"}


def _content(asked: Asked) -> dict[str, str | int]:
    """The request's content, by column."""
    match asked:
        case Scan():
            return {"checkpoint": asked.checkpoint}
        case Submission():
            return {"text": asked.text}
        case Verdict():
            return {"approved": int(asked.approved), "reason": asked.reason}
        case Withdrawal():
            return {}


def record(tx: Transaction, asked: Asked, why_late: Callable[[], str] = str) -> TaskReply:
    """Accept the request, or refuse it; a repeated id gets the same reply, changes nothing.

    `why_late` returns, within the transaction, why it is too late; empty if it is not. Raises
    NotFound for an unknown task, Refused if the id was used for something else.
    """
    given = reply_given(tx.connection, asked)
    if given is not None:
        return given
    standing = expire(tx, asked.task)
    why = why_late() or (closing.CLOSED if closing.is_closed(tx.connection) else "")
    why = why or why_refused(standing, asked, _now(tx)) or _why_no_photo(tx, standing, asked)
    if why:
        return TaskReply(False, why, standing)
    if not isinstance(asked, Withdrawal):
        _store(tx, asked, standing)
    return TaskReply(True, "", _move_on(tx, asked))


def _why_no_photo(tx: Transaction, standing: TaskStanding, asked: Asked) -> str:
    """Why a photo can't be handed in: it was not brought for this task."""
    if not isinstance(asked, Submission) or standing.kind.submission is not Demand.PHOTO:
        return ""
    if photos.is_there(tx.connection, asked.task, asked.text):
        return ""
    return N_("a photo is to be handed in; take one")


def _store(tx: Transaction, asked: Asked, standing: TaskStanding) -> None:
    values = {"id": asked.id, "task": asked.task, "actor": asked.actor, "at": tx.at}
    row: dict[str, str | int] = {**values, **_content(asked)}
    if not isinstance(asked, Scan):
        row["try"] = standing.tries_used
    marks = ",".join("?" * len(row))
    tx.connection.execute(
        f"INSERT INTO {_TABLES[type(asked)]} ({', '.join(row)}) VALUES ({marks})",
        tuple(row.values()),
    )
    if isinstance(asked, Verdict) and not asked.approved:
        tx.connection.execute(
            "UPDATE tasks SET tries_used = tries_used + 1, last_refusal = ? WHERE id = ?",
            (asked.reason, asked.task),
        )


def _move_on(tx: Transaction, asked: Asked) -> TaskStanding:
    standing = require(tx.connection, asked.task)
    match asked:
        case Scan():
            _tell(tx, standing, asked.actor, "task.scanned", {"checkpoint": asked.checkpoint})
        case Submission():  # never what the attendee wrote
            _tell(tx, standing, asked.actor, "task.submitted", {"characters": len(asked.text)})
        case Verdict() if not asked.approved:
            # The reason is in `verdicts`: it may be personal.
            _tell(tx, standing, asked.actor, "task.refused", {"verdict": asked.id})
    state = state_after(standing, asked)
    if state is TaskState.APPROVED:
        return approve(tx, standing, asked.actor)
    after = _set(tx, standing, state)
    if isinstance(asked, Withdrawal):
        _tell(tx, after, asked.actor, "task.withdrawn", {"reason": asked.reason})
    return after


def approve(tx: Transaction, standing: TaskStanding, actor: str) -> TaskStanding:
    """Approve the task, which lacks nothing any more: its code is to be issued."""
    earlier = tx.connection.execute(
        "SELECT count(*) FROM issues WHERE task = ?", (standing.task,)
    ).fetchone()[0]
    issue = f"{standing.task}.{earlier + 1}" if earlier else standing.task
    after = _set(tx, standing, TaskState.APPROVED)
    _tell(tx, after, actor, "task.approved")
    told = {"task": standing.task, "kind": standing.kind.id, "issue": issue, "by": actor}
    outbox.note(tx, outbox.EventType.TASK_APPROVED, told, standing.attendee)
    order = issues.IssueOrder(
        issue, standing.attendee, actor, standing.kind.prizes, task=standing.task
    )
    issues.ask(tx, order)
    return require(tx.connection, standing.task)


def approve_again(tx: Transaction, task: str, actor: str) -> TaskStanding:
    """Retry issuing the code of a task that ended without one through no fault of its own.

    Raises NotFound; Refused for a task that is not sold out, over the limit or failed.
    """
    standing = require(tx.connection, task)
    if standing.state not in WITHOUT_CODE:
        raise Refused(f"task {task} is {standing.state}; there is no code to issue once more")
    attendees.require_known(tx.connection, standing.attendee)
    return approve(tx, standing, actor)


def settle(tx: Transaction, task: str, state: TaskState, code: int | None = None) -> TaskStanding:
    """Record the result of an approved task's issue. Raises Refused if the task has ended."""
    standing = require(tx.connection, task)
    if standing.state is not TaskState.APPROVED:
        raise Refused(f"task {task} is {standing.state}; it gets no code")
    after = _set(tx, standing, state, code)
    _tell(tx, after, "boxd", f"task.{state}", {"code": code})
    return after


def expire(tx: Transaction, task: str) -> TaskStanding:
    """End the task if it is open and its time is over; returns its standing."""
    standing = require(tx.connection, task)
    if not has_expired(standing, _now(tx)):
        return standing
    after = _set(tx, standing, TaskState.EXPIRED)
    _tell(tx, after, "boxd", "task.expired")
    return after


def any_overdue(connection: sqlite3.Connection, now: datetime) -> bool:
    """Whether an open task's time is over."""
    found = connection.execute(f"{_OVERDUE} LIMIT 1", (as_text(now),)).fetchone()
    return found is not None


def expire_overdue(tx: Transaction) -> list[str]:
    """End every open task whose time is over; returns them."""
    found = tx.connection.execute(_OVERDUE, (tx.at,)).fetchall()
    for row in found:
        expire(tx, row["id"])
    return [row["id"] for row in found]


_OVERDUE = (
    f"SELECT tasks.id FROM tasks {task_kinds.OF_TASKS}"
    " WHERE ended_at IS NULL AND state = 'open' AND task_versions.expires_at <= ?"
)


def catch_up(tx: Transaction) -> list[TaskStanding]:
    """Expire tasks, and approve those that lack nothing under changed rules.

    Returns the tasks that were moved on.
    """
    moved = []
    for standing in open_ones(tx.connection):
        after = expire(tx, standing.task)
        if after.state is TaskState.OPEN and not after.missing:
            after = approve(tx, after, "boxd")
        if after.state is not standing.state:
            moved.append(after)
    return moved


def withdraw(tx: Transaction, attendee: int, actor: str) -> None:
    """End every task of the attendee that has not ended."""
    found = tx.connection.execute(
        "SELECT id FROM tasks WHERE attendee = ? AND ended_at IS NULL", (attendee,)
    ).fetchall()
    for row in found:
        after = _set(tx, require(tx.connection, row["id"]), TaskState.WITHDRAWN)
        _tell(tx, after, actor, "task.withdrawn")


def _set(
    tx: Transaction, standing: TaskStanding, state: TaskState, code: int | None = None
) -> TaskStanding:
    tx.connection.execute(
        "UPDATE tasks SET state = ?, code = ?, step = step + 1, since = ?, ended_at = ?"
        " WHERE id = ?",
        (state, code, tx.at, tx.at if state.has_ended else None, standing.task),
    )
    return require(tx.connection, standing.task)


def _tell(
    tx: Transaction,
    standing: TaskStanding,
    actor: str,
    action: str,
    more: audit.Detail | None = None,
) -> None:
    detail: audit.Detail = {"task": standing.task, "attendee": standing.attendee, **(more or {})}
    audit.append(tx, audit.Entry(actor, action, standing.kind.id, detail=detail))


def _now(tx: Transaction) -> datetime:
    return datetime.fromisoformat(tx.at)
