"""Forgetting an attendee: what is personal leaves the ledger, and the audit trail still holds."""

from __future__ import annotations

from boxd.ledger import attendees, audit, tasks
from boxd.ledger.attendees import Attendee
from boxd.ledger.ledger import Transaction


def forget(tx: Transaction, number: int, actor: str) -> Attendee:
    """Delete the reference and all that was handed in, end open tasks, revoke every link.

    Codes stay good: they were given out, and name nobody. Asked again, nothing changes. Raises
    NotFound.
    """
    attendee = attendees.find(tx.connection, number)
    if attendee.forgotten_at is not None:
        return attendee
    tasks.withdraw(tx, number, actor)
    tx.connection.execute(
        "UPDATE submissions SET text = NULL WHERE task IN"
        " (SELECT id FROM tasks WHERE attendee = ?)",
        (number,),
    )
    tx.connection.execute(
        "UPDATE attendees SET reference = NULL, forgotten_at = ?,"
        " link_generation = link_generation + 1 WHERE id = ?",
        (tx.at, number),
    )
    detail: dict[str, str | int | float | bool | None]
    detail = {"attendee": number, "pseudonym": attendee.pseudonym}
    audit.append(tx, audit.Entry(actor, "attendee.forgotten", detail=detail))
    return attendees.find(tx.connection, number)
