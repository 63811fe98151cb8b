"""Who of a batch got a code, and who did not, and why; by the lines of the organiser's file."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from boxd.errors import NotFound
from boxd.ledger import code_batches


@dataclass(frozen=True)
class BatchLine:
    """One line of a batch: its code, or `why` there is none.

    `attendee` is None once they are forgotten, and where there is no code.
    """

    line: int
    number: int | None
    attendee: str | None
    sku: str | None
    state: str | None
    why: str


def lines(connection: sqlite3.Connection, batch: str, after: int, limit: int) -> list[BatchLine]:
    """Up to `limit` lines of a batch above `after`. Raises NotFound for one that was not made."""
    if not code_batches.is_made(connection, batch):
        raise NotFound(f"no codes were made as batch '{batch}'")
    found = connection.execute(
        "SELECT line, codes.id, reference, codes.sku, codes.state, '' FROM batch_codes"
        " JOIN codes ON codes.id = code JOIN attendees ON attendees.id = codes.attendee"
        " WHERE batch = :batch AND line > :after"
        " UNION ALL SELECT line, NULL, NULL, NULL, NULL, why FROM batch_refusals"
        " WHERE batch = :batch AND line > :after ORDER BY 1 LIMIT :limit",
        {"batch": batch, "after": after, "limit": limit},
    )
    return [BatchLine(*row) for row in found]
