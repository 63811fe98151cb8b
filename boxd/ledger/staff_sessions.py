"""Sessions of staff: each belongs to one device, and is ended for good.

Only the digest of a device's cookie is kept. A session by the booth's PIN belongs to no person: it
has the name that was typed, and the role of an attendant.
"""

from __future__ import annotations

import hmac
import re
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from boxd.errors import NotFound
from boxd.ledger import audit, staff
from boxd.ledger.ledger import Transaction, as_text
from boxd.ledger.staff import Person, digest_of
from boxd.roles import EVERYTHING, Role, TaskScope

_SECRET_BYTES = 32
# boxds_<the session's number>_<secret>: one row to compare with, and easy to find after a leak.
_FORM = re.compile(r"boxds_([1-9][0-9]{0,9})_([A-Za-z0-9_-]{43})")
_FOUND = (
    "SELECT staff_sessions.id, staff, coalesce(name, pin_name) AS name,"
    " coalesce(role, 'attendant') AS role, device, created_at, last_used_at, expires_at, ended_at,"
    " digest, kinds FROM staff_sessions LEFT JOIN staff ON staff.id = staff"
)

# How the box knows who did something; the audit trail has it behind the name.
_BY_PIN, _OF_THE_STAFF = " (attendant)", " (staff)"


def name_of(actor: str) -> str:
    """The name of who did something, without how the box knows them, for people."""
    return actor.removesuffix(_BY_PIN).removesuffix(_OF_THE_STAFF)


@dataclass(frozen=True)
class StaffSession:
    """A session, without its secret. `person` is None if it is by the booth's PIN."""

    id: int
    person: int | None
    name: str
    role: Role
    device: str
    created_at: str
    last_used_at: str
    expires_at: str
    scope: TaskScope = EVERYTHING

    @property
    def actor(self) -> str:
        """Who does what is done in this session, for the audit trail."""
        return f"{self.name}{_BY_PIN if self.person is None else _OF_THE_STAFF}"


@dataclass(frozen=True)
class NewSession:
    """A session and what its device's cookie holds, which is never shown again."""

    session: StaffSession
    cookie: str


@dataclass(frozen=True)
class PinEntry:
    """The right PIN by somebody of this name; `digest` is the PIN's."""

    name: str
    digest: bytes


def begin(tx: Transaction, person: Person, device: str, days: int) -> NewSession:
    """A session for a person's device."""
    row = (person.id, None, None, device)
    made = _insert(tx, row, timedelta(days=days))
    detail: audit.Detail = {"session": made.session.id, "device": device, "role": person.role}
    audit.append(tx, audit.Entry(made.session.actor, "staff.enrolled", detail=detail))
    return made


def begin_by_pin(tx: Transaction, entry: PinEntry, device: str, hours: int) -> NewSession:
    """A session for a device on which the booth's PIN was entered."""
    return _insert(tx, (None, entry.name, entry.digest, device), timedelta(hours=hours))


def of_cookie(connection: sqlite3.Connection, given: str, at: str) -> StaffSession | None:
    """The session of a device's cookie; None if it is forged, ended, or over at `at`."""
    form = _FORM.fullmatch(given)
    if form is None:
        return None
    row = connection.execute(f"{_FOUND} WHERE staff_sessions.id = ?", (int(form[1]),)).fetchone()
    kept = bytes(_SECRET_BYTES) if row is None else row["digest"]
    if not hmac.compare_digest(kept, digest_of(form[2])) or row is None:
        return None
    return None if row["ended_at"] or row["expires_at"] <= at else _session(row)


def note_use(tx: Transaction, session: int) -> None:
    """Record that the session was used now."""
    tx.connection.execute(
        "UPDATE staff_sessions SET last_used_at = ? WHERE id = ?", (tx.at, session)
    )


def listing(connection: sqlite3.Connection, at: str) -> list[StaffSession]:
    """Every session that is good at `at`, the newest first."""
    found = connection.execute(
        f"{_FOUND} WHERE ended_at IS NULL AND expires_at > ? ORDER BY staff_sessions.id DESC", (at,)
    )
    return [_session(row) for row in found]


def end(tx: Transaction, session: int, actor: str) -> None:
    """End a session; ending it again changes nothing. Raises NotFound."""
    row = tx.connection.execute(f"{_FOUND} WHERE staff_sessions.id = ?", (session,)).fetchone()
    if row is None:
        raise NotFound(
            f"there is no session {session}; `boxd staff list` shows those that are good"
        )
    if row["ended_at"] is None:
        _end(tx, _session(row), actor)


def end_all_of(tx: Transaction, person: Person, actor: str) -> int:
    """End every session of a person, and withdraw their invitations; how many were ended."""
    rows = tx.connection.execute(
        f"{_FOUND} WHERE staff = ? AND ended_at IS NULL AND expires_at > ?", (person.id, tx.at)
    ).fetchall()
    for row in rows:
        _end(tx, _session(row), actor)
    staff.withdraw_invitations(tx, person.id)
    return len(rows)


def remove(tx: Transaction, person: Person, actor: str) -> int:
    """Take a person off the staff, with every session; how many were ended."""
    ended = end_all_of(tx, person, actor)
    staff.mark_removed(tx, person, actor)
    return ended


def end_of_other_pins(tx: Transaction, digest: bytes) -> None:
    """End the sessions by any other PIN than the one in force; empty if there is none."""
    tx.connection.execute(
        "UPDATE staff_sessions SET ended_at = ? WHERE pin <> ? AND ended_at IS NULL",
        (tx.at, digest),
    )


def _insert(
    tx: Transaction, row: tuple[int | None, str | None, bytes | None, str], lasts: timedelta
) -> NewSession:
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    until = as_text(datetime.fromisoformat(tx.at) + lasts)
    made = tx.connection.execute(
        "INSERT INTO staff_sessions"
        " (staff, pin_name, pin, device, digest, created_at, last_used_at, expires_at)"
        " VALUES (?,?,?,?,?,?,?,?) RETURNING id",
        (*row, digest_of(secret), tx.at, tx.at, until),
    ).fetchone()
    found = tx.connection.execute(f"{_FOUND} WHERE staff_sessions.id = ?", (made["id"],)).fetchone()
    return NewSession(_session(found), f"boxds_{made['id']}_{secret}")


def _end(tx: Transaction, session: StaffSession, actor: str) -> None:
    tx.connection.execute(
        "UPDATE staff_sessions SET ended_at = ? WHERE id = ?", (tx.at, session.id)
    )
    detail: audit.Detail = {"session": session.id, "person": session.name, "device": session.device}
    audit.append(tx, audit.Entry(actor, "staff.session_ended", detail=detail))


def _session(row: sqlite3.Row) -> StaffSession:
    return StaffSession(
        id=row["id"],
        person=row["staff"],
        name=row["name"],
        role=Role(row["role"]),
        device=row["device"],
        created_at=row["created_at"],
        last_used_at=row["last_used_at"],
        expires_at=row["expires_at"],
        scope=staff.scope_of(row["kinds"]),
    )
