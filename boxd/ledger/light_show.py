"""Which light show an organiser has chosen, in place of the configuration file's."""

from __future__ import annotations

import sqlite3

from boxd.ledger import audit
from boxd.ledger.ledger import Transaction


def chosen(connection: sqlite3.Connection) -> str:
    """The show's name; empty while the configuration file decides."""
    row = connection.execute("SELECT show FROM light_show").fetchone()
    return str(row["show"]) if row else ""


def choose(tx: Transaction, show: str, actor: str) -> None:
    """Use this show; an empty name gives the choice back to the configuration file."""
    if chosen(tx.connection) == show:
        return
    tx.connection.execute("DELETE FROM light_show")
    if show:
        row = (1, show, tx.at, actor)
        tx.connection.execute("INSERT INTO light_show VALUES (?,?,?,?)", row)
    audit.append(tx, audit.Entry(actor, "light_show.chosen", detail={"show": show or None}))
