"""The lines of a batch that got no code, and why, for whoever sends the batch again."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from boxd.ledger.batch_faults import Fault
from boxd.ledger.ledger import Transaction


def keep(tx: Transaction, batch: str, refused: Sequence[Fault]) -> None:
    """Keep why these lines get no code, in the transaction that makes the others."""
    tx.connection.executemany(
        "INSERT INTO batch_refusals (batch, line, why) VALUES (?,?,?)",
        [(batch, fault.line, fault.why) for fault in refused],
    )


def of_batch(connection: sqlite3.Connection, batch: str) -> list[Fault]:
    """The lines of a batch that got no code, by line; none of a batch that was made whole."""
    found = connection.execute(
        "SELECT line, why FROM batch_refusals WHERE batch = ? ORDER BY line", (batch,)
    )
    return [Fault(*row) for row in found]
