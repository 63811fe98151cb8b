"""What an organiser switches on and off while the box runs."""

from __future__ import annotations

import sqlite3
from enum import StrEnum

from boxd.ledger import audit
from boxd.ledger.ledger import Transaction


class Switch(StrEnum):
    """One thing that is on or off; everything is off at first."""

    WALL = "wall"
    WALK_UPS = "walk-ups"  # a poster gives cards to phones
    CLOSED = "closed"  # the event; turned by `ledger/closing.py` alone


def is_on(connection: sqlite3.Connection, switch: Switch) -> bool:
    """Whether it is on."""
    row = connection.execute("SELECT is_on FROM switches WHERE name = ?", (switch,)).fetchone()
    return row is not None and bool(row[0])


def turn(tx: Transaction, switch: Switch, on: bool, actor: str) -> None:
    """Switch it on or off."""
    if is_on(tx.connection, switch) == on:
        return
    tx.connection.execute(
        "INSERT INTO switches VALUES (?,?,?) ON CONFLICT (name)"
        " DO UPDATE SET is_on = excluded.is_on, since = excluded.since",
        (switch, int(on), tx.at),
    )
    action = f"switch.turned_{'on' if on else 'off'}"
    audit.append(tx, audit.Entry(actor, action, detail={"switch": switch.value}))
