"""What expires: codes that nobody used, and units held for a code that was never made."""

from __future__ import annotations

from datetime import datetime, timedelta

from boxd.issue import IssueState
from boxd.ledger import codes, issuing
from boxd.ledger.ledger import Transaction, as_text

# An issue takes milliseconds, and continues by itself after a restart; after this it is stuck.
HELD_AT_MOST = timedelta(hours=1)


def expire_codes(tx: Transaction, most: int) -> int:
    """End up to `most` expired codes, the oldest first, and release their units.

    A code that is being redeemed is left alone. Returns how many were ended.
    """
    found = tx.connection.execute(
        "SELECT id FROM codes WHERE state = 'ready' AND expires_at <= ?"
        " ORDER BY expires_at, id LIMIT ?",
        (tx.at, most),
    ).fetchall()
    for row in found:
        codes.end(tx, row["id"], "expired", "boxd", "its time has passed")
    return len(found)


def release_holds(tx: Transaction, most: int) -> int:
    """Undo up to `most` issues that have held a unit for too long, each with an alarm.

    Returns how many were undone.
    """
    oldest = as_text(datetime.fromisoformat(tx.at) - HELD_AT_MOST)
    found = tx.connection.execute(
        "SELECT issues.id, held_at FROM holds JOIN issues ON issues.id = holds.issue"
        " WHERE holds.state = 'open' AND issues.state = ? AND held_at <= ?"
        " ORDER BY held_at, issues.id LIMIT ?",
        (IssueState.HELD, oldest, most),
    ).fetchall()
    for row in found:
        issuing.undo(tx, row["id"], f"its unit has been held since {row['held_at']}")
    return len(found)
