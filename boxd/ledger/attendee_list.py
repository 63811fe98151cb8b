"""The organiser's list of attendees, with the number of their tasks and codes."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from boxd.errors import NotFound
from boxd.ledger import attendees
from boxd.ledger.attendees import Attendee

_SELECT = (
    "SELECT id, reference, pseudonym, forgotten_at,"
    " (SELECT count(*) FROM tasks WHERE attendee = attendees.id AND ended_at IS NULL),"
    " (SELECT count(*) FROM tasks WHERE attendee = attendees.id),"
    " (SELECT count(*) FROM codes WHERE attendee = attendees.id AND state IN ('ready', 'in_use')),"
    " (SELECT count(*) FROM codes WHERE attendee = attendees.id) FROM attendees"
)


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
    found = connection.execute(f"{_SELECT} WHERE id > ? ORDER BY id LIMIT ?", (after, limit))
    return [AttendeeRow(*row) for row in found]


def of_numbers(connection: sqlite3.Connection, numbers: Sequence[int]) -> list[AttendeeRow]:
    """The attendees with these numbers; unknown numbers are left out."""
    marks = ",".join("?" * len(numbers))
    found = connection.execute(f"{_SELECT} WHERE id IN ({marks}) ORDER BY id", tuple(numbers))
    return [AttendeeRow(*row) for row in found]


def called(connection: sqlite3.Connection, name: str) -> Attendee:
    """The attendee with this pseudonym, else with this reference. Raises NotFound.

    The pseudonym comes first, so that nobody can hide behind a reference that is another
    attendee's pseudonym.
    """
    try:
        return attendees.of_pseudonym(connection, name)
    except NotFound:
        return attendees.named(connection, name)
