"""Notices to people's phones, written in the transaction that they tell of.

One waits as a row for each way that it goes, and leaves when it was sent or is too old to help
anybody. Ways don't wait for each other.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from boxd.ledger import attendees
from boxd.ledger.ledger import Transaction
from boxd.words import N_

# More at once help nobody; further ones are counted as given up.
MOST_WAITING = 1000
_CODE_READY = N_("Your prize code is ready. You find it on your page; type it in at the box.")


class NoticeKind(StrEnum):
    """What people are told of. Those that are alarms have the alarm's kind."""

    CODE_READY = "code_ready"
    NOBODY_COMES = "nobody_comes"
    SOLD_OUT = "sold_out"


@dataclass(frozen=True)
class Notice:
    """A notice that waits for its `way`; `id` is the same for each way and each try.

    `reference` and `pseudonym` are the attendee's whom it is for, empty if it is for the staff.
    """

    seq: int
    id: str
    way: str
    kind: NoticeKind
    at: str
    text: str
    tries: int
    reference: str = ""
    pseudonym: str = ""


@dataclass(frozen=True)
class WayStanding:
    """How one way stands; `why` the last try failed, empty after a good one."""

    way: str
    waiting: int = 0
    sent: int = 0
    given_up: int = 0
    last_at: str = ""
    why: str = ""


def note_code(tx: Transaction, attendee: int) -> None:
    """Tell an attendee that their code is ready; nothing in a rehearsal."""
    if not attendees.rehearses(tx.connection, attendee):
        _note(tx, NoticeKind.CODE_READY, _CODE_READY, attendee)


def note_alarm(tx: Transaction, kind: str, text: str) -> None:
    """Tell the staff of an alarm, if it is one of those that they are told of."""
    if kind in (NoticeKind.NOBODY_COMES, NoticeKind.SOLD_OUT):
        _note(tx, NoticeKind(kind), text, None)


def due(connection: sqlite3.Connection, at: str) -> list[Notice]:
    """The notices whose time has come, in order. The forgotten are told nothing."""
    rows = connection.execute(
        "SELECT notices.*, coalesce(reference, '') AS reference, pseudonym FROM notices"
        " LEFT JOIN attendees ON attendees.id = notices.attendee"
        " WHERE next_at <= ? ORDER BY seq",
        (at,),
    )
    return [
        Notice(
            seq=row["seq"],
            id=row["id"],
            way=row["way"],
            kind=NoticeKind(row["kind"]),
            at=row["at"],
            text=row["text"],
            tries=row["tries"],
            reference=row["reference"],
            pseudonym=row["pseudonym"] or "",
        )
        for row in rows
    ]


def next_at(connection: sqlite3.Connection) -> str:
    """When the next one is due; empty if none waits."""
    return str(connection.execute("SELECT min(next_at) FROM notices").fetchone()[0] or "")


def sent(tx: Transaction, notice: Notice) -> None:
    """It was taken."""
    _leave(tx, notice)
    _count(tx, notice.way, sent=1)


def give_up(tx: Transaction, notice: Notice, why: str) -> None:
    """It is of no use any more, or for nobody whom this way reaches (`why` empty)."""
    _leave(tx, notice)
    if why:
        _count(tx, notice.way, given_up=1, why=why)


def put_off(tx: Transaction, put: Sequence[Notice], until: str, why: str) -> None:
    """They were not taken; try again at `until`."""
    for notice in put:
        tx.connection.execute(
            "UPDATE notices SET tries = tries + 1, next_at = ? WHERE seq = ?", (until, notice.seq)
        )
    _count(tx, put[0].way, why=why)


def standing(connection: sqlite3.Connection, ways: Sequence[str]) -> list[WayStanding]:
    """How each of these ways stands."""
    return [_standing(connection, way) for way in ways]


def _standing(connection: sqlite3.Connection, way: str) -> WayStanding:
    waits = "SELECT count(*) FROM notices WHERE way = ?"
    waiting = connection.execute(waits, (way,)).fetchone()[0]
    row = connection.execute("SELECT * FROM notices_sent WHERE way = ?", (way,)).fetchone()
    if row is None:
        return WayStanding(way, waiting)
    last_at = row["last_at"] or ""
    return WayStanding(way, waiting, row["sent"], row["given_up"], last_at, row["why"])


def _note(tx: Transaction, kind: NoticeKind, text: str, attendee: int | None) -> None:
    settings = tx.notices
    if settings is None or kind not in settings.kinds:
        return
    settings.noted = True
    name = f"ntc_{secrets.token_hex(12)}"
    is_full = tx.connection.execute("SELECT count(*) >= ? FROM notices", (MOST_WAITING,))
    if is_full.fetchone()[0]:
        for way in settings.ways:
            _count(tx, way, given_up=1, why="too many wait")
        return
    for way in settings.ways:
        tx.connection.execute(
            "INSERT INTO notices (id, way, kind, at, attendee, text, next_at)"
            " VALUES (?,?,?,?,?,?,?)",
            (name, way, kind, tx.at, attendee, text, tx.at),
        )


def _leave(tx: Transaction, notice: Notice) -> None:
    tx.connection.execute("DELETE FROM notices WHERE seq = ?", (notice.seq,))


def _count(tx: Transaction, way: str, sent: int = 0, given_up: int = 0, why: str = "") -> None:
    tx.connection.execute(
        "INSERT INTO notices_sent (way) VALUES (?) ON CONFLICT DO NOTHING", (way,)
    )
    tx.connection.execute(
        "UPDATE notices_sent SET sent = sent + ?, given_up = given_up + ?, why = ?,"
        " last_at = CASE WHEN ? THEN ? ELSE last_at END WHERE way = ?",
        (sent, given_up, why, sent, tx.at, way),
    )
