"""Forgetting attendees: removes personal data, and the audit trail still verifies.

The trail names attendees by number and pseudonym only. Afterwards `Ledger.erase_remains` removes
the deleted bytes from the file.
"""

from __future__ import annotations

import sqlite3

from boxd.ledger import attendees, audit, forgetting, history_erasures, photos, requests, tasks
from boxd.ledger.attendees import Attendee
from boxd.ledger.ledger import Transaction

# A refusal needs a reason; the text itself is deleted with the person it was meant for.
FORGOTTEN = "(forgotten)"


def forget(tx: Transaction, number: int, actor: str) -> Attendee:
    """Delete reference, submissions and reasons, end open tasks, revoke links.

    Codes stay good: they were handed out, and name nobody. Calling it again changes nothing.
    Raises NotFound.
    """
    attendee = attendees.find(tx.connection, number)
    if attendee.forgotten_at is not None:
        return attendee
    tasks.withdraw(tx, number, actor)
    history_erasures.ask(tx, number)
    forgetting.begin(tx, forgetting.Undone.REMAINS, actor)
    _delete_words(tx, number)
    requests.drop_answers(tx)
    tx.connection.execute(
        "UPDATE attendees SET reference = NULL, folded = NULL, forgotten_at = ?,"
        " link_generation = link_generation + 1 WHERE id = ?",
        (tx.at, number),
    )
    detail: audit.Detail = {"attendee": number, "pseudonym": attendee.pseudonym}
    audit.append(tx, audit.Entry(actor, "attendee.forgotten", detail=detail))
    return attendees.find(tx.connection, number)


def _delete_words(tx: Transaction, number: int) -> None:
    """Delete what the attendee submitted, photos too, and the reasons of refusals."""
    photos.forget(tx, number)
    theirs = "task IN (SELECT id FROM tasks WHERE attendee = ?)"
    tx.connection.execute(f"UPDATE submissions SET text = NULL WHERE {theirs}", (number,))
    tx.connection.execute(
        f"UPDATE verdicts SET reason = ? WHERE length(reason) > 0 AND {theirs}", (FORGOTTEN, number)
    )
    tx.connection.execute(
        "UPDATE tasks SET last_refusal = ? WHERE length(last_refusal) > 0 AND attendee = ?",
        (FORGOTTEN, number),
    )


def remembered(connection: sqlite3.Connection, limit: int) -> list[int]:
    """The numbers of up to `limit` attendees who are not forgotten."""
    found = connection.execute(
        "SELECT id FROM attendees WHERE forgotten_at IS NULL ORDER BY id LIMIT ?", (limit,)
    )
    return [int(row[0]) for row in found]
