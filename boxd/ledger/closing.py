"""The end of the event: nothing begins any more, codes that are out are void."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from boxd.ledger import audit, codes, history_erasures, switches
from boxd.ledger.ledger import Transaction
from boxd.ledger.switches import Switch

CLOSED = "the event is over"
"""Why something is refused then."""


@dataclass(frozen=True)
class EventFacts:
    """How far the end is: what is out, who is known, and what lies there still.

    `histories_left` have words of people who are forgotten, and are being deleted.
    """

    is_closed: bool
    codes_ready: int
    codes_in_use: int
    tasks_open: int
    people: int
    histories_left: int
    units_left: int


def is_closed(connection: sqlite3.Connection) -> bool:
    """Whether the event is closed."""
    return switches.is_on(connection, Switch.CLOSED)


def look(connection: sqlite3.Connection) -> EventFacts:
    """The facts at this moment."""
    return EventFacts(
        is_closed=is_closed(connection),
        codes_ready=_count(connection, "codes WHERE state = 'ready'"),
        codes_in_use=_count(connection, "codes WHERE state = 'in_use'"),
        tasks_open=_count(connection, "tasks WHERE ended_at IS NULL"),
        people=_count(connection, "attendees WHERE forgotten_at IS NULL"),
        histories_left=history_erasures.left(connection),
        units_left=int(connection.execute("SELECT total(on_hand + held) FROM stock").fetchone()[0]),
    )


def _count(connection: sqlite3.Connection, what: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {what}").fetchone()[0])


def turn(tx: Transaction, closed: bool, actor: str) -> None:
    """Close the event, or open it again; voided codes stay void."""
    if is_closed(tx.connection) != closed:
        switches.turn(tx, Switch.CLOSED, closed, actor)
        action = "event.closed" if closed else "event.opened"
        audit.append(tx, audit.Entry(actor, action))


def void_some(tx: Transaction, most: int, actor: str) -> int:
    """Void up to so many codes that nobody is using; returns how many were."""
    found = tx.connection.execute(
        "SELECT id FROM codes WHERE state = 'ready' ORDER BY id LIMIT ?", (most,)
    ).fetchall()
    for row in found:
        codes.void(tx, int(row[0]), CLOSED, actor)
    return len(found)
