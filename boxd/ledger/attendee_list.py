"""The organiser's list of attendees, with the number of their tasks and codes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from boxd import names
from boxd.errors import NotFound
from boxd.ledger import attendees, audit
from boxd.ledger.attendees import Attendee
from boxd.ledger.ledger import Transaction

_SELECT = (
    "SELECT id, reference, pseudonym, forgotten_at,"
    " (SELECT count(*) FROM tasks WHERE attendee = attendees.id AND ended_at IS NULL),"
    " (SELECT count(*) FROM tasks WHERE attendee = attendees.id),"
    " (SELECT count(*) FROM codes WHERE attendee = attendees.id AND state IN ('ready', 'in_use')),"
    " (SELECT count(*) FROM codes WHERE attendee = attendees.id) FROM attendees"
)
# Those of a rehearsal that ended are in no list.
_SHOWN = "(is_rehearsal = 0 OR forgotten_at IS NULL)"


@dataclass(frozen=True)
class NearTwin:
    """A reference, and another attendee's that differs by case, width, blanks or joiners alone."""

    attendee: str
    like: str


@dataclass(frozen=True)
class AttendeeRow:
    """An attendee, with the numbers of open and of all tasks and codes."""

    number: int
    reference: str | None
    pseudonym: str
    forgotten_at: str | None
    tasks_open: int
    tasks: int
    codes_open: int
    codes: int


def page(connection: sqlite3.Connection, after: int, limit: int) -> list[AttendeeRow]:
    """Up to `limit` attendees with numbers above `after`, by number."""
    found = connection.execute(
        f"{_SELECT} WHERE id > ? AND {_SHOWN} ORDER BY id LIMIT ?", (after, limit)
    )
    return [AttendeeRow(*row) for row in found]


def of_numbers(connection: sqlite3.Connection, numbers: Sequence[int]) -> list[AttendeeRow]:
    """The attendees with these numbers; unknown numbers are left out."""
    marks = ",".join("?" * len(numbers))
    found = connection.execute(f"{_SELECT} WHERE id IN ({marks}) ORDER BY id", tuple(numbers))
    return [AttendeeRow(*row) for row in found]


def add(tx: Transaction, references: Sequence[str], actor: str) -> list[AttendeeRow]:
    """Add whoever of these is new; returns all of them, by number."""
    before = {int(row[0]) for row in tx.connection.execute("SELECT id FROM attendees")}
    numbers = [attendees.number_of(tx, reference) for reference in references]
    if new := set(numbers) - before:
        attendees.note_near_twins(tx, max(before, default=0))
        audit.append(tx, audit.Entry(actor, "attendee.added", detail={"attendees": len(new)}))
    return of_numbers(tx.connection, numbers)


def search(connection: sqlite3.Connection, text: str, limit: int) -> list[AttendeeRow]:
    """Attendees with `text` in their reference in any spelling, as pseudonym or as number."""
    found = connection.execute(
        f"{_SELECT} WHERE {_SHOWN}"
        " AND (instr(folded, ?) OR pseudonym = ? OR CAST(id AS TEXT) = ?)"
        " ORDER BY folded <> ?, id LIMIT ?",
        (names.folded(text), text.strip(), text.strip(), names.folded(text), limit),
    )
    return [AttendeeRow(*row) for row in found]


def spelled(connection: sqlite3.Connection, name: str) -> list[int]:
    """The numbers of all whose references are spellings of `name`, the exact one first."""
    found = connection.execute(
        "SELECT id FROM attendees WHERE folded = ? ORDER BY reference <> ?, id",
        (names.folded(name), names.cleaned(name)),
    )
    return [int(row[0]) for row in found]


def only(connection: sqlite3.Connection, name: str) -> list[int]:
    """The number of the one attendee whom `name` can mean; none where it may be one of several.

    For what must not reach somebody else, such as the digits of codes.
    """
    found = spelled(connection, name)
    is_exact = found and attendees.find(connection, found[0]).reference == names.cleaned(name)
    return found[:1] if is_exact or len(found) == 1 else []


def called(connection: sqlite3.Connection, name: str) -> Attendee:
    """The first of `everyone_called`. Raises NotFound."""
    return everyone_called(connection, name)[0]


def everyone_called(connection: sqlite3.Connection, name: str) -> list[Attendee]:
    """The attendee with this pseudonym, or all whose references are spellings of `name`.

    The pseudonym comes first: nobody can hide behind a reference that is another's pseudonym.
    Raises NotFound.
    """
    with suppress(NotFound):
        return [attendees.of_pseudonym(connection, name)]
    found = [attendees.find(connection, number) for number in spelled(connection, name)]
    if not found:
        raise NotFound(f"no attendee has the reference '{name}'; `boxd attendees list` shows all")
    return found


def near_twins(connection: sqlite3.Connection, given: Iterable[str]) -> list[NearTwin]:
    """Who else is spelled like one of these: people are to say whether that is the same person."""
    return [
        NearTwin(name, str(other))
        for name in dict.fromkeys(given)
        for number in spelled(connection, name)
        if (other := attendees.find(connection, number).reference) != name
    ]
