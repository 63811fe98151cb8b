"""Attendees: the organiser's reference, and the pseudonym that stays when it is forgotten."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from boxd import names
from boxd.errors import NotFound, Refused
from boxd.ledger import audit
from boxd.ledger.ledger import Transaction

_COLUMNS = "id, reference, pseudonym, link_generation, forgotten_at"

# The numbers of all spellings of the attendee {attendee}, their own among them. Whoever is
# forgotten has no spelling any more.
SPELLINGS = (
    "(SELECT other.id FROM attendees AS one JOIN attendees AS other"
    " ON other.id = one.id OR other.folded = one.folded WHERE one.id = {attendee})"
)


@dataclass(frozen=True)
class Attendee:
    """One attendee. `reference` is personal, and None once the attendee is forgotten."""

    number: int
    reference: str | None
    pseudonym: str
    link_generation: int
    forgotten_at: str | None


def rehearses(connection: sqlite3.Connection, attendee: int) -> bool:
    """Whether they are of a rehearsal, now or once; see `ledger/rehearsal.py`."""
    found = connection.execute("SELECT is_rehearsal FROM attendees WHERE id = ?", (attendee,))
    row = found.fetchone()
    return row is not None and bool(row[0])


def number_of(tx: Transaction, reference: str) -> int:
    """The number of the attendee with this reference; a new one gets the next number.

    Another spelling is another attendee, until a person says otherwise: what differs by case
    alone may be two tickets.
    """
    known = tx.connection.execute("SELECT id FROM attendees WHERE reference = ?", (reference,))
    if row := known.fetchone():
        return int(row[0])
    number = tx.connection.execute(
        "INSERT INTO attendees (reference, folded) VALUES (?,?) RETURNING id",
        (reference, names.folded(reference)),
    ).fetchone()[0]
    note_near_twins(tx, number - 1)
    return int(number)


def note_near_twins(tx: Transaction, after: int) -> None:
    """Record which of the attendees with numbers above `after` are spelled like somebody else."""
    found = tx.connection.execute(
        "SELECT one.id, group_concat(other.id, ', ') FROM attendees AS one"
        " JOIN attendees AS other ON other.folded = one.folded AND other.id <> one.id"
        " WHERE one.id > ? GROUP BY one.id",
        (after,),
    )
    for number, others in found.fetchall():
        detail: audit.Detail = {"attendee": number, "like": others}
        audit.append(tx, audit.Entry("boxd", "attendee.near_twin", detail=detail))


def find(connection: sqlite3.Connection, number: int) -> Attendee:
    """The attendee with this number. Raises NotFound."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM attendees WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise NotFound(f"there is no attendee number {number}; `boxd attendees list` shows all")
    return Attendee(*row)


def named(connection: sqlite3.Connection, reference: str) -> Attendee:
    """The attendee with this reference. Raises NotFound."""
    return _by(connection, "reference", reference)


def of_pseudonym(connection: sqlite3.Connection, pseudonym: str) -> Attendee:
    """The attendee with this pseudonym. Raises NotFound."""
    return _by(connection, "pseudonym", pseudonym)


def _by(connection: sqlite3.Connection, column: str, value: str) -> Attendee:
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM attendees WHERE {column} = ?", (value,)
    ).fetchone()
    if row is None:
        raise NotFound(f"no attendee has the {column} '{value}'; `boxd attendees list` shows all")
    return Attendee(*row)


def require_known(connection: sqlite3.Connection, number: int) -> Attendee:
    """The attendee, who is to get something new. Raises NotFound, or Refused if forgotten."""
    attendee = find(connection, number)
    if attendee.forgotten_at is not None:
        raise Refused(f"attendee {attendee.pseudonym} was forgotten at {attendee.forgotten_at}")
    return attendee


def revoke_links(tx: Transaction, number: int, actor: str) -> int:
    """Make all links of the attendee useless; returns the new generation of links."""
    attendee = find(tx.connection, number)
    generation = attendee.link_generation + 1
    tx.connection.execute(
        "UPDATE attendees SET link_generation = ? WHERE id = ?", (generation, number)
    )
    detail: audit.Detail = {"attendee": number, "generation": generation}
    audit.append(tx, audit.Entry(actor, "attendee.links_revoked", detail=detail))
    return generation
