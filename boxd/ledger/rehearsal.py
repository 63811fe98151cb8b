"""The rehearsal: people whose codes and units don't count, and who are forgotten in one step.

They draw the rehearsal's own prize alone, so that no unit of a real one moves for them. While it
is on, lists of people and codes have them; afterwards only the audit trail does.
"""

from __future__ import annotations

import itertools
import sqlite3

from boxd.errors import Refused
from boxd.ledger import attendees, audit, codes, erasure, redemption_standings, stock
from boxd.ledger.ledger import Transaction

MOST_PEOPLE = 50
_PRIZE = "REHEARSAL: any prize, it does not count"
_UNITS = 1000


def is_on(connection: sqlite3.Connection) -> bool:
    """Whether somebody rehearses."""
    return bool(people(connection))


def people(connection: sqlite3.Connection) -> list[int]:
    """The numbers of those who rehearse now."""
    found = connection.execute(
        "SELECT id FROM attendees WHERE is_rehearsal = 1 AND forgotten_at IS NULL ORDER BY id"
    )
    return [int(row[0]) for row in found]


def begin(tx: Transaction, count: int, actor: str) -> list[int]:
    """Let so many more people rehearse; returns the numbers of all. Raises Refused."""
    there = people(tx.connection)
    if len(there) + count > MOST_PEOPLE:
        raise Refused(f"{MOST_PEOPLE} people can rehearse at once, and {len(there)} do already")
    _receive_units(tx, actor)
    for name in _free_names(tx.connection, count):
        one = attendees.number_of(tx, name)
        tx.connection.execute("UPDATE attendees SET is_rehearsal = 1 WHERE id = ?", (one,))
    now = people(tx.connection)
    audit.append(tx, audit.Entry(actor, "rehearsal.begun", detail={"people": len(now)}))
    return now


def _free_names(connection: sqlite3.Connection, count: int) -> list[str]:
    """So many names that nobody has."""
    taken = connection.execute("SELECT reference FROM attendees WHERE reference LIKE 'Rehearsal %'")
    known = {row[0] for row in taken}
    names = (f"Rehearsal {number}" for number in itertools.count(1))
    return list(itertools.islice((name for name in names if name not in known), count))


def _receive_units(tx: Transaction, actor: str) -> None:
    known = tx.connection.execute(
        "SELECT on_hand FROM stock WHERE sku = ?", (stock.REHEARSAL,)
    ).fetchone()
    missing = _UNITS - (int(known[0]) if known else 0)
    stock.import_prizes(tx, [stock.StockedPrize(stock.REHEARSAL, _PRIZE, missing, 0)], actor)


def end(tx: Transaction, actor: str) -> None:
    """End the rehearsal: void what is left of its codes, forget its people, take away its units.

    Raises Refused while a code of it is in use at a bay.
    """
    for standing in redemption_standings.open_ones(tx.connection):
        if standing.sku == stock.REHEARSAL:
            raise Refused(
                f"{standing.bay} serves a code of the rehearsal: complete or decline it first"
            )
    there = people(tx.connection)
    for row in tx.connection.execute(
        "SELECT id FROM codes WHERE sku = ? AND state = 'ready'", (stock.REHEARSAL,)
    ).fetchall():
        codes.void(tx, int(row[0]), "the rehearsal ended", actor)
    for number in there:
        erasure.forget(tx, number, actor)
    _write_off_units(tx, actor)
    if there:
        audit.append(tx, audit.Entry(actor, "rehearsal.ended", detail={"people": len(there)}))


def _write_off_units(tx: Transaction, actor: str) -> None:
    row = tx.connection.execute(
        "SELECT on_hand FROM stock WHERE sku = ?", (stock.REHEARSAL,)
    ).fetchone()
    if row is not None and row[0]:
        stock.adjust(tx, stock.REHEARSAL, -int(row[0]), "the rehearsal ended", actor)
