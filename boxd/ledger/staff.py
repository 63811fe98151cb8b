"""Staff: people with a role, invited by name; an invitation enrols one device, once.

Only the digest of an invitation is kept. The devices' sessions: boxd/ledger/staff_sessions.py.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from boxd import names
from boxd.errors import BadInput, NotFound, Refused
from boxd.ledger import audit
from boxd.ledger.ledger import Transaction, as_text
from boxd.roles import EVERYTHING, STAFF, Role, TaskScope
from boxd.words import N_

HOURS = 24
"""How long an invitation is good unless somebody says otherwise."""
_SECRET_BYTES = 32
_COLUMNS = "id, name, role, invited_at, removed_at, kinds"
_NO_GOOD = N_(
    "This invitation was used, has expired or was withdrawn. Ask an organiser for another one:"
    " each works for one phone, once."
)


@dataclass(frozen=True)
class Person:
    """Somebody of the staff, for the tasks of `scope`. Times are ISO 8601, UTC."""

    id: int
    name: str
    role: Role
    invited_at: str
    removed_at: str | None = None
    scope: TaskScope = EVERYTHING


@dataclass(frozen=True)
class Invitation:
    """An invitation that is still good."""

    id: int
    person: Person
    expires_at: str


def invite(
    tx: Transaction,
    name: str,
    role: Role,
    actor: str,
    hours: int = HOURS,
    scope: TaskScope = EVERYTHING,
) -> tuple[Person, str]:
    """A new invitation for a person, known or new: the person, and the secret of its address.

    `scope` narrows them to kinds of task. Raises BadInput for a name or role that no person can
    have, Refused if the person has another role or scope, or if another spelling of the name is
    somebody else's.
    """
    person = _known_or_new(tx, names.cleaned(name), role, scope)
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    tx.connection.execute(
        "INSERT INTO staff_invitations (staff, digest, created_at, expires_at) VALUES (?,?,?,?)",
        (person.id, digest_of(secret), tx.at, _later(tx, hours)),
    )
    detail: audit.Detail = {"person": person.name, "role": person.role, "hours": hours}
    if scope.is_narrow:
        detail["scope"] = str(scope)
    audit.append(tx, audit.Entry(actor, "staff.invited", detail=detail))
    return person, secret


def invitation(connection: sqlite3.Connection, given: str, at: str) -> Invitation:
    """The invitation with this secret. Raises NotFound if it is not good, whatever the reason."""
    row = connection.execute(
        "SELECT staff_invitations.id, staff, expires_at FROM staff_invitations"
        " JOIN staff ON staff.id = staff WHERE digest = ? AND closed_at IS NULL"
        " AND expires_at > ? AND removed_at IS NULL",
        (digest_of(given), at),
    ).fetchone()
    if row is None:
        raise NotFound(_NO_GOOD)
    return Invitation(row["id"], by_id(connection, row["staff"]), row["expires_at"])


def close_invitation(tx: Transaction, invitation: int) -> None:
    """Note that the invitation was used."""
    tx.connection.execute(
        "UPDATE staff_invitations SET closed_at = ? WHERE id = ?", (tx.at, invitation)
    )


def withdraw_invitations(tx: Transaction, person: int) -> None:
    """Close every invitation of a person that nobody has used."""
    tx.connection.execute(
        "UPDATE staff_invitations SET closed_at = ? WHERE staff = ? AND closed_at IS NULL",
        (tx.at, person),
    )


def mark_removed(tx: Transaction, person: Person, actor: str) -> None:
    """Note that the person is no longer of the staff; a new invitation brings them back."""
    tx.connection.execute("UPDATE staff SET removed_at = ? WHERE id = ?", (tx.at, person.id))
    audit.append(tx, audit.Entry(actor, "staff.removed", detail={"person": person.name}))


def by_name(connection: sqlite3.Connection, name: str) -> Person:
    """The person with this name, in any spelling. Raises NotFound."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM staff WHERE folded = ?", (names.folded(name),)
    ).fetchone()
    if row is None or row["removed_at"]:
        raise NotFound(f"nobody called '{names.cleaned(name)}' is of the staff; `boxd staff list`")
    return _person(row)


def by_id(connection: sqlite3.Connection, person: int) -> Person:
    """The person with this number."""
    return _person(
        connection.execute(f"SELECT {_COLUMNS} FROM staff WHERE id = ?", (person,)).fetchone()
    )


def listing(connection: sqlite3.Connection) -> list[Person]:
    """Everybody who is of the staff, by name."""
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM staff WHERE removed_at IS NULL ORDER BY folded"
    )
    return [_person(row) for row in found]


def digest_of(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def _known_or_new(tx: Transaction, name: str, role: Role, scope: TaskScope) -> Person:
    _check(name, role)
    row = tx.connection.execute(
        f"SELECT {_COLUMNS} FROM staff WHERE folded = ?", (names.folded(name),)
    ).fetchone()
    if row is None:
        made = tx.connection.execute(
            "INSERT INTO staff (name, folded, role, invited_at, kinds) VALUES (?,?,?,?,?)"
            " RETURNING id",
            (name, names.folded(name), role, tx.at, _listed(scope)),
        ).fetchone()
        return Person(made["id"], name, role, tx.at, scope=scope)
    known = _person(row)
    if known.removed_at:
        return _back_again(tx, known, name, role, scope)
    _check_same(known, name, role)
    _check_same_scope(known, scope)
    return known


def _check(name: str, role: Role) -> None:
    if why := names.why_refused(name):
        raise BadInput(f"name: '{name[:40]}' {why}")
    if role not in STAFF:
        raise BadInput(f"role: {role} is a program's; a person is one of: {', '.join(STAFF)}")


def _check_same(known: Person, name: str, role: Role) -> None:
    if known.name != name:
        raise Refused(
            f"'{known.name}' is of the staff, and '{name}' is another spelling of that name: the"
            " audit trail would not tell them apart; take another, e.g. with a second name"
        )
    if known.role != role:
        raise Refused(
            f"{name} is {known.role}; to make them {role}, remove them first: boxd staff remove"
            f" '{name}'"
        )


def _check_same_scope(known: Person, scope: TaskScope) -> None:
    if known.scope != scope:
        judged = str(known.scope) or "every task"
        raise Refused(
            f"{known.name} is there for {judged}; to change that, remove them first: boxd staff"
            f" remove '{known.name}'"
        )


def _back_again(tx: Transaction, known: Person, name: str, role: Role, scope: TaskScope) -> Person:
    tx.connection.execute(
        "UPDATE staff SET name = ?, role = ?, invited_at = ?, kinds = ?, removed_at = NULL"
        " WHERE id = ?",
        (name, role, tx.at, _listed(scope), known.id),
    )
    return by_id(tx.connection, known.id)


def _later(tx: Transaction, hours: int) -> str:
    return as_text(datetime.fromisoformat(tx.at) + timedelta(hours=hours))


def _person(row: sqlite3.Row) -> Person:
    return Person(
        id=row["id"],
        name=row["name"],
        role=Role(row["role"]),
        invited_at=row["invited_at"],
        removed_at=row["removed_at"],
        scope=scope_of(row["kinds"]),
    )


def scope_of(kinds: str | None) -> TaskScope:
    """The scope in a row of `staff`."""
    return TaskScope(kinds=tuple((kinds or "").split()))


def _listed(scope: TaskScope) -> str | None:
    return " ".join(scope.kinds) or None
