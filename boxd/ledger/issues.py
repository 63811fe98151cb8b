"""Issues of codes as rows: requested once, each with its standing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from boxd.errors import NotFound, Refused
from boxd.issue import IssueStanding, IssueState
from boxd.ledger import audit
from boxd.ledger.ledger import Transaction

_COLUMNS = "id, attendee, state, since, task, attempt, sku, code, why"


@dataclass(frozen=True)
class IssueOrder:
    """A request to issue a code. `prizes` are the skus to draw among; empty for all.

    `valid_days` None means as configured. `task` is the task that it rewards.
    """

    issue: str
    attendee: int
    actor: str
    prizes: tuple[str, ...] = ()
    valid_days: int | None = None
    task: str | None = None


def ask(tx: Transaction, order: IssueOrder) -> IssueStanding:
    """Record the request, once; for a known id return the issue's standing.

    Raises Refused if the id belongs to another attendee's issue.
    """
    known = find(tx.connection, order.issue)
    if known is not None:
        if known.attendee != order.attendee:
            raise Refused(f"the id '{order.issue}' was used for another issue; take a new one")
        return known
    tx.connection.execute(
        "INSERT INTO issues (id, task, attendee, prizes, valid_days, actor, asked_at, since)"
        " VALUES (?,?,?,?,?,?,?,?)",
        (
            order.issue,
            order.task,
            order.attendee,
            json.dumps(order.prizes),
            order.valid_days,
            order.actor,
            tx.at,
            tx.at,
        ),
    )
    detail: audit.Detail = {"issue": order.issue, "attendee": order.attendee, "task": order.task}
    audit.append(tx, audit.Entry(order.actor, "issue.asked", detail=detail))
    return require(tx.connection, order.issue)


def find(connection: sqlite3.Connection, issue: str) -> IssueStanding | None:
    """The issue's standing; None if the ledger does not know it."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM issues WHERE id = ?", (issue,)).fetchone()
    return _standing(row) if row else None


def require(connection: sqlite3.Connection, issue: str) -> IssueStanding:
    """The issue's standing. Raises NotFound if the ledger does not know it."""
    standing = find(connection, issue)
    if standing is None:
        raise NotFound(f"there is no issue of a code '{issue}'")
    return standing


def order_of(connection: sqlite3.Connection, issue: str) -> IssueOrder:
    """The request of an issue. Raises NotFound."""
    require(connection, issue)
    row = connection.execute("SELECT * FROM issues WHERE id = ?", (issue,)).fetchone()
    return IssueOrder(
        issue=row["id"],
        attendee=row["attendee"],
        actor=row["actor"],
        prizes=tuple(json.loads(row["prizes"])),
        valid_days=row["valid_days"],
        task=row["task"],
    )


def open_ones(connection: sqlite3.Connection) -> list[IssueStanding]:
    """Every issue that has not ended, by id."""
    found = connection.execute(f"SELECT {_COLUMNS} FROM issues WHERE ended_at IS NULL ORDER BY id")
    return [_standing(row) for row in found]


def move(
    tx: Transaction, issue: str, state: IssueState, changes: Mapping[str, object] | None = None
) -> IssueStanding:
    """Move the issue to `state`, and set other columns; returns its standing."""
    values = {
        "state": state,
        "since": tx.at,
        "ended_at": tx.at if state.has_ended else None,
        **(changes or {}),
    }
    assignments = ", ".join(f"{column} = ?" for column in values)
    tx.connection.execute(
        f"UPDATE issues SET {assignments} WHERE id = ?", (*values.values(), issue)
    )
    return require(tx.connection, issue)


def _standing(row: sqlite3.Row) -> IssueStanding:
    return IssueStanding(
        issue=row["id"],
        attendee=row["attendee"],
        state=IssueState(row["state"]),
        since=row["since"],
        task=row["task"],
        attempt=row["attempt"],
        sku=row["sku"] or "",
        code=row["code"],
        why=row["why"],
    )
