"""Codes that a box may issue because the keeper of the attendees' limits lets it: leases.

The keeper counts a lease like a code of its own until it is back. A holder gives it back as soon
as the issue that it was for has ended without a code. Each function that takes a transaction is
one step, decided once.
"""

from __future__ import annotations

import sqlite3

from boxd.issue import IssueState
from boxd.ledger import attendees, audit, issues, limits
from boxd.ledger.ledger import Transaction
from boxd.limit_lease import LeaseReply, LeaseWanted

_BOXD = "boxd"


def give(tx: Transaction, wanted: LeaseWanted, per_attendee: int) -> LeaseReply:
    """At the keeper: give the lease, unless the attendee has as many codes as one may have."""
    if (known := _find(tx.connection, wanted.lease)) is not None:
        return LeaseReply(wanted.lease, known["why"])
    attendee = attendees.number_of(tx, wanted.attendee)
    why = limits.why_over_limit(tx.connection, attendee, per_attendee)
    state = "refused" if why else "given"
    tx.connection.execute(
        "INSERT INTO limit_leases (id, attendee, is_ours, other, state, why, since)"
        " VALUES (?,?,1,?,?,?,?)",
        (wanted.lease, attendee, wanted.by, state, why, tx.at),
    )
    _tell(tx, f"lease.{state}", wanted.lease, wanted.by, attendee)
    return LeaseReply(wanted.lease, why)


def settle(tx: Transaction, lease: str, by: int, *, is_used: bool) -> None:
    """At the keeper: the lease was used, or is back.

    One that was never given is noted, so that an order to give that comes late gives nothing.
    """
    known = _find(tx.connection, lease)
    if known is None:
        tx.connection.execute(
            "INSERT INTO limit_leases (id, is_ours, other, state, why, since)"
            " VALUES (?,1,?,'refused','it was asked for too long ago',?)",
            (lease, by, tx.at),
        )
    elif known["state"] == "given":
        _end(tx, lease, "used" if is_used else "back")


def take(tx: Transaction, wanted: LeaseWanted, reply: LeaseReply, keeper: int) -> None:
    """At the holder: have the lease for its issue, or note why there is none."""
    if _find(tx.connection, wanted.lease) is not None:
        return
    issue = issues.require(tx.connection, wanted.issue)
    is_due = not reply.why_not and not issue.state.has_ended
    state = "held" if is_due else "refused" if reply.why_not else "back"
    tx.connection.execute(
        "INSERT INTO limit_leases (id, attendee, is_ours, other, state, issue, why, since)"
        " VALUES (?,?,0,?,?,?,?,?)",
        (wanted.lease, issue.attendee, keeper, state, wanted.issue, reply.why_not, tx.at),
    )
    _tell(tx, f"lease.taken_{state}", wanted.lease, keeper, issue.attendee)


def outcome(tx: Transaction, lease: str) -> bool | None:
    """At the holder: whether a code was issued with it; None while its issue is open."""
    known = _find(tx.connection, lease)
    if known is None or known["state"] in {"refused", "back"}:
        return False
    if known["state"] == "used":
        return True
    issue = issues.require(tx.connection, known["issue"])
    if not issue.state.has_ended:
        return None
    is_used = issue.state is IssueState.DONE
    _end(tx, lease, "used" if is_used else "back")
    return is_used


def why_none(connection: sqlite3.Connection, issue: str) -> str | None:
    """Why the issue gets no code; empty with a lease, None while the keeper was not heard."""
    row = connection.execute(
        "SELECT state, why FROM limit_leases WHERE issue = ? AND is_ours = 0"
        " AND state IN ('held', 'used', 'refused') ORDER BY state = 'refused' LIMIT 1",
        (issue,),
    ).fetchone()
    return None if row is None else str(row["why"])


def _find(connection: sqlite3.Connection, lease: str) -> sqlite3.Row | None:
    found: sqlite3.Row | None = connection.execute(
        "SELECT * FROM limit_leases WHERE id = ?", (lease,)
    ).fetchone()
    return found


def _end(tx: Transaction, lease: str, state: str) -> None:
    row = tx.connection.execute(
        "UPDATE limit_leases SET state = ?, since = ? WHERE id = ? RETURNING other, attendee",
        (state, tx.at, lease),
    ).fetchone()
    _tell(tx, f"lease.{state}", lease, row["other"], row["attendee"])


def _tell(tx: Transaction, action: str, lease: str, box: int, attendee: int) -> None:
    detail: audit.Detail = {"lease": lease, "box": box, "attendee": attendee}
    audit.append(tx, audit.Entry(_BOXD, action, detail=detail))
