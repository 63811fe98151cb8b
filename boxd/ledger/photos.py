"""Which photos attendees handed in: their rows; the files are kept by `boxd/pictures`.

The photo of a task is the one whose digest its latest submission is.
"""

from __future__ import annotations

import sqlite3

from boxd.errors import Refused
from boxd.ledger.ledger import Transaction
from boxd.words import N_

MOST_BYTES = 1_000_000_000
"""Of all photos of an event: five thousand of the usual size."""
MOST_OF_KIND, MOST_BYTES_OF_KIND = 3000, 600_000_000
"""Of all photos for one kind of task, so that the others have room beside it."""


def note(tx: Transaction, task: str, digest: str, size: int) -> None:
    """Record a photo before its file is written.

    Raises Refused if all together, or those for its kind of task, are too many.
    """
    used = tx.connection.execute("SELECT total(bytes) FROM photos").fetchone()[0]
    count, used_by_kind = tx.connection.execute(_OF_KIND, (task, task)).fetchone()
    is_full = count >= MOST_OF_KIND or used_by_kind + size > MOST_BYTES_OF_KIND
    if is_full or used + size > MOST_BYTES:
        raise Refused(N_("The box has no room for more photos. Tell somebody at the booth."))
    tx.connection.execute(
        "INSERT OR REPLACE INTO photos (task, digest, bytes, at) VALUES (?,?,?,?)",
        (task, digest, size, tx.at),
    )


# Without the task's own, which the new one replaces.
_OF_KIND = (
    "SELECT count(*), total(bytes) FROM photos JOIN tasks ON tasks.id = photos.task"
    " WHERE tasks.kind = (SELECT kind FROM tasks WHERE id = ?) AND tasks.id <> ?"
)


def is_there(connection: sqlite3.Connection, task: str, digest: str) -> bool:
    """Whether this photo was brought for this task."""
    found = connection.execute(
        "SELECT 1 FROM photos WHERE task = ? AND digest = ?", (task, digest)
    ).fetchone()
    return found is not None


def of_task(connection: sqlite3.Connection, task: str) -> str | None:
    """The digest of the photo that the task's latest submission is; None without one."""
    row = connection.execute(
        f"SELECT digest FROM photos WHERE task = ? AND digest = {_LAST}", (task,)
    )
    found = row.fetchone()
    return None if found is None else str(found[0])


_LAST = (
    "(SELECT text FROM submissions WHERE submissions.task = photos.task ORDER BY seq DESC LIMIT 1)"
)


def tidy(tx: Transaction, task: str) -> None:
    """Delete the rows of photos that the task's latest submission is not."""
    tx.connection.execute(f"DELETE FROM photos WHERE task = ? AND digest IS NOT {_LAST}", (task,))


def forget(tx: Transaction, attendee: int) -> None:
    """Delete the rows of an attendee's photos."""
    tx.connection.execute(
        "DELETE FROM photos WHERE task IN (SELECT id FROM tasks WHERE attendee = ?)", (attendee,)
    )


def forget_all(tx: Transaction) -> None:
    """Delete the rows of all photos."""
    tx.connection.execute("DELETE FROM photos")


def digests(connection: sqlite3.Connection) -> frozenset[str]:
    """The digests of all photos that there are."""
    return frozenset(row[0] for row in connection.execute("SELECT digest FROM photos"))
