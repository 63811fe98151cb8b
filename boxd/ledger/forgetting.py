"""What of a forgetting is still to be done: a box that was killed goes on with it."""

from __future__ import annotations

import sqlite3
from enum import StrEnum

from boxd.ledger.ledger import Transaction


class Undone(StrEnum):
    """A part that takes more than one transaction."""

    EVERYBODY = "everybody"  # a hundred people are forgotten at a time
    REMAINS = "remains"  # deleted bytes are in the file until it is rewritten


def begin(tx: Transaction, what: Undone, actor: str) -> None:
    """It is to be done from now on."""
    tx.connection.execute(
        "INSERT INTO forgetting (what, asked_at, actor) VALUES (?,?,?)"
        " ON CONFLICT (what) DO UPDATE SET asked_at = excluded.asked_at, actor = excluded.actor",
        (what, tx.at, actor),
    )


def done(tx: Transaction, what: Undone, asked_until: str) -> None:
    """It is done, as far as it was asked for until this moment."""
    tx.connection.execute(
        "DELETE FROM forgetting WHERE what = ? AND asked_at <= ?", (what, asked_until)
    )


def undone(connection: sqlite3.Connection) -> dict[Undone, str]:
    """What is still to be done, and who asked for it."""
    found = connection.execute("SELECT what, actor FROM forgetting")
    return {Undone(what): str(actor) for what, actor in found}
