"""Verdicts that can still be undone: one for each task, final after some seconds."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from boxd.errors import NotFound, Refused
from boxd.ledger import audit, task_standings
from boxd.ledger.ledger import Transaction
from boxd.task import Verdict, why_refused
from boxd.words import N_

UNDO_S = 10
"""For how long a verdict can be undone."""
_JUDGED = N_("{actor} has just judged this task; nothing was changed")


@dataclass(frozen=True)
class PendingVerdict:
    """A verdict on a task at a step of it; `actor` gave it at the time `at`."""

    task: str
    step: int
    approved: bool
    reason: str
    actor: str
    at: str
    is_final: bool

    def left_s(self, now: datetime) -> float:
        """For how long it can still be undone; a clock that went back adds nothing."""
        if self.is_final:
            return 0.0
        age_s = (now - datetime.fromisoformat(self.at)).total_seconds()
        return min(max(UNDO_S - age_s, 0.0), float(UNDO_S))


def give(tx: Transaction, verdict: Verdict) -> None:
    """Keep the verdict until it is final. Raises NotFound.

    Raises Refused if somebody has judged the task already, or it can't be judged now.
    """
    other = find(tx.connection, verdict.task)
    if other is not None:
        raise Refused(_JUDGED.format(actor=other.actor))
    standing = task_standings.require(tx.connection, verdict.task)
    if why := why_refused(standing, verdict, datetime.fromisoformat(tx.at)):
        raise Refused(why)
    tx.connection.execute(
        "INSERT INTO pending_verdicts (task, step, approved, reason, actor, at)"
        " VALUES (?,?,?,?,?,?)",
        (
            verdict.task,
            standing.step,
            int(verdict.approved),
            verdict.reason,
            verdict.actor,
            tx.at,
        ),
    )


def undo(tx: Transaction, task: str, actor: str) -> None:
    """Take a verdict back. Raises NotFound without one, Refused once it is final."""
    pending = find(tx.connection, task)
    if pending is None:
        raise NotFound("no verdict on this task can be undone any more")
    if pending.is_final:
        raise Refused("it is too late: the verdict is given")
    remove(tx, task)
    detail: audit.Detail = {"task": task, "approved": pending.approved, "given_by": pending.actor}
    audit.append(tx, audit.Entry(actor, "verdict.undone", detail=detail))


def make_final(tx: Transaction, task: str) -> PendingVerdict | None:
    """From now on the verdict can't be undone; None if it was."""
    tx.connection.execute("UPDATE pending_verdicts SET is_final = 1 WHERE task = ?", (task,))
    return find(tx.connection, task)


def remove(tx: Transaction, task: str) -> None:
    """The verdict is undone, or it has reached its task."""
    tx.connection.execute("DELETE FROM pending_verdicts WHERE task = ?", (task,))


def find(connection: sqlite3.Connection, task: str) -> PendingVerdict | None:
    """The verdict on this task that is on its way."""
    row = connection.execute(f"{_SELECT} WHERE task = ?", (task,)).fetchone()
    return _pending(row) if row else None


def all_of(connection: sqlite3.Connection) -> list[PendingVerdict]:
    """Every verdict that is on its way, oldest first."""
    return [_pending(row) for row in connection.execute(f"{_SELECT} ORDER BY at, task")]


_SELECT = "SELECT task, step, approved, reason, actor, at, is_final FROM pending_verdicts"


def _pending(row: sqlite3.Row) -> PendingVerdict:
    return PendingVerdict(
        task=row["task"],
        step=row["step"],
        approved=bool(row["approved"]),
        reason=row["reason"],
        actor=row["actor"],
        at=row["at"],
        is_final=bool(row["is_final"]),
    )
