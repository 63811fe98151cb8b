"""Requests that were carried out under an idempotency key, and their answers.

The key's row is written in the transaction of the change: without a row nothing was done. It is
kept for longer than anybody repeats a request, then pruned.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from boxd.ledger.ledger import Transaction, as_text

KEPT = timedelta(days=3)
_PRUNED_AT_ONCE = 100  # a few with each new one, never a long transaction


@dataclass(frozen=True)
class RequestKey:
    """The key's owner (a token's id, 0 for the socket), the key, and a digest of the request."""

    owner: int
    key: str
    asked: bytes


@dataclass(frozen=True)
class StoredRequest:
    """An earlier request: its digest, and the encrypted answer if it was kept."""

    asked: bytes
    status: int | None
    answer: bytes | None


def find(connection: sqlite3.Connection, key: RequestKey) -> StoredRequest | None:
    """The request with this key; None if nothing was done under it."""
    row = connection.execute(
        "SELECT asked, status, answer FROM requests WHERE owner = ? AND key = ?",
        (key.owner, key.key),
    ).fetchone()
    return StoredRequest(*row) if row else None


def note_begun(tx: Transaction, key: RequestKey) -> None:
    """Record that this transaction acts under this key; the answer follows."""
    _prune(tx)
    tx.connection.execute(
        "INSERT INTO requests (owner, key, asked, at) VALUES (?,?,?,?) ON CONFLICT DO NOTHING",
        (key.owner, key.key, key.asked, tx.at),
    )


def note_answer(tx: Transaction, key: RequestKey, status: int, answer: bytes) -> None:
    """Keep the answer; a second one does not replace it."""
    note_begun(tx, key)
    tx.connection.execute(
        "UPDATE requests SET status = ?, answer = ? WHERE owner = ? AND key = ? AND status IS NULL",
        (status, answer, key.owner, key.key),
    )


def drop_answers(tx: Transaction) -> None:
    """Drop every kept answer, because one may name a forgotten person; the keys stay known."""
    tx.connection.execute("UPDATE requests SET status = NULL, answer = NULL")


def _prune(tx: Transaction) -> None:
    oldest = as_text(datetime.fromisoformat(tx.at) - KEPT)
    tx.connection.execute(
        "DELETE FROM requests WHERE (owner, key) IN"
        " (SELECT owner, key FROM requests WHERE at < ? ORDER BY at LIMIT ?)",
        (oldest, _PRUNED_AT_ONCE),
    )
