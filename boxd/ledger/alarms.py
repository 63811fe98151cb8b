"""Alarms: what a person should look at; raised once, active until cleared."""

from __future__ import annotations

import sqlite3

from boxd.errors import NotFound
from boxd.ledger import audit, notices, outbox
from boxd.ledger.ledger import Transaction


def raise_alarm(tx: Transaction, kind: str, subject: str, text: str) -> bool:
    """Raise the alarm unless it is active; returns whether it is new."""
    added = tx.connection.execute(
        "INSERT INTO alarms (kind, subject, text, raised_at) VALUES (?,?,?,?)"
        " ON CONFLICT DO NOTHING",
        (kind, subject, text, tx.at),
    ).rowcount
    if added:
        detail: audit.Detail = {"subject": subject, "text": text}
        audit.append(tx, audit.Entry("boxd", "alarm.raised", kind, detail=detail))
        outbox.note(
            tx, outbox.EventType.ALARM_RAISED, {"kind": kind, "subject": subject, "text": text}
        )
        notices.note_alarm(tx, kind, text)
    return bool(added)


def clear(tx: Transaction, kind: str, subject: str, actor: str = "boxd") -> None:
    """Clear the alarm if it is active."""
    cleared = tx.connection.execute(
        "UPDATE alarms SET cleared_at = ? WHERE kind = ? AND subject = ? AND cleared_at IS NULL",
        (tx.at, kind, subject),
    ).rowcount
    if cleared:
        detail: audit.Detail = {"subject": subject}
        audit.append(tx, audit.Entry(actor, "alarm.cleared", kind, detail=detail))


def clear_by_id(tx: Transaction, alarm: int, actor: str) -> dict[str, object]:
    """Clear one alarm by its number. Raises NotFound if it is not active."""
    row = tx.connection.execute(
        "SELECT * FROM alarms WHERE id = ? AND cleared_at IS NULL", (alarm,)
    ).fetchone()
    if row is None:
        raise NotFound(f"no alarm {alarm} stands; `boxd alarms list` shows those that do")
    clear(tx, row["kind"], row["subject"], actor)
    return dict(row) | {"cleared_at": tx.at}


def active(connection: sqlite3.Connection) -> list[dict[str, object]]:
    """The active alarms, newest first."""
    found = connection.execute("SELECT * FROM alarms WHERE cleared_at IS NULL ORDER BY id DESC")
    return [dict(row) for row in found]


def is_active(connection: sqlite3.Connection, kind: str, subject: str) -> bool:
    """Whether this alarm is active."""
    row = connection.execute(
        "SELECT 1 FROM alarms WHERE kind = ? AND subject = ? AND cleared_at IS NULL",
        (kind, subject),
    ).fetchone()
    return row is not None
