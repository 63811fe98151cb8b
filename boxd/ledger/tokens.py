"""Tokens of the API: made, found by their secret, revoked; only the secret's digest is kept."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from boxd.errors import NotFound, Refused
from boxd.ledger import audit
from boxd.ledger.ledger import Transaction, as_text
from boxd.roles import EVERYTHING, Role, TaskScope

_COLUMNS = (
    "id, name, role, created_at, last_used_at, revoked_at, expires_at, only, kinds, checkpoints"
)
DAYS = 30
"""How long a token is good unless somebody says otherwise: an event, and the weeks before it."""
_SECRET_BYTES = 32
# boxd_<the token's number>_<secret>: one row to compare with, and easy to find after a leak.
_FORM = re.compile(r"boxd_([1-9][0-9]{0,9})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True)
class Token:
    """A token, without its secret. Times are ISO 8601, UTC.

    `expires_at` is None for one that was made before tokens expired. `only` has the operations
    that it may ask for; empty: all of its role. `scope` has the tasks and checkpoints.
    """

    id: int
    name: str
    role: Role
    created_at: str
    last_used_at: str | None = None
    revoked_at: str | None = None
    expires_at: str | None = None
    only: tuple[str, ...] = ()
    scope: TaskScope = EVERYTHING


@dataclass(frozen=True)
class TokenOrder:
    """A token to make; `only` narrows its role to these operations, `scope` to some tasks."""

    name: str
    role: Role
    days: int = DAYS
    only: tuple[str, ...] = ()
    scope: TaskScope = EVERYTHING


def create(tx: Transaction, order: TokenOrder, actor: str) -> tuple[Token, str]:
    """A new token, good for so many days, and its secret, which is never shown again.

    Raises Refused for a name that was used before, also by a revoked token: the audit trail tells
    tokens apart by name.
    """
    name, secret = order.name, secrets.token_urlsafe(_SECRET_BYTES)
    expires_at = as_text(datetime.fromisoformat(tx.at) + timedelta(days=order.days))
    row = tx.connection.execute(
        "INSERT INTO tokens"
        " (name, role, digest, created_at, expires_at, only, kinds, checkpoints)"
        " VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (name) DO NOTHING RETURNING id",
        (
            name,
            order.role,
            _digest(secret),
            tx.at,
            expires_at,
            _listed(order.only),
            _listed(order.scope.kinds),
            _listed(order.scope.checkpoints),
        ),
    ).fetchone()
    if row is None:
        raise Refused(
            f"a token '{name}' is or was there, and the audit trail knows it by that name;"
            " take another, e.g. with a number behind it"
        )
    detail: audit.Detail = {"token": name, "role": order.role, "days": order.days}
    if order.only:
        detail["only"] = " ".join(order.only)
    if order.scope.is_narrow:
        detail["scope"] = str(order.scope)
    audit.append(tx, audit.Entry(actor, "token.created", detail=detail))
    number = int(row[0])
    token = Token(
        id=number,
        name=name,
        role=order.role,
        created_at=tx.at,
        expires_at=expires_at,
        only=order.only,
        scope=order.scope,
    )
    return token, f"boxd_{number}_{secret}"


def of_secret(connection: sqlite3.Connection, given: str, at: str) -> Token | None:
    """The token with this secret; None if it is wrong, unknown, revoked or expired at `at`."""
    form = _FORM.fullmatch(given)
    if form is None:
        return None
    row = connection.execute(
        f"SELECT {_COLUMNS}, digest FROM tokens WHERE id = ?", (int(form[1]),)
    ).fetchone()
    kept = bytes(_SECRET_BYTES) if row is None else row["digest"]
    if not hmac.compare_digest(kept, _digest(form[2])) or row is None or row["revoked_at"]:
        return None
    token = _token(row)
    return None if token.expires_at is not None and token.expires_at <= at else token


def note_use(tx: Transaction, token: int) -> None:
    """Record that the token was used now."""
    tx.connection.execute("UPDATE tokens SET last_used_at = ? WHERE id = ?", (tx.at, token))


def revoke(tx: Transaction, name: str, actor: str) -> Token:
    """Revoke the token for ever; revoking it again changes nothing. Raises NotFound."""
    token = named(tx.connection, name)
    if token.revoked_at is None:
        tx.connection.execute("UPDATE tokens SET revoked_at = ? WHERE id = ?", (tx.at, token.id))
        audit.append(tx, audit.Entry(actor, "token.revoked", detail={"token": name}))
    return named(tx.connection, name)


def named(connection: sqlite3.Connection, name: str) -> Token:
    """The token with this name. Raises NotFound."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM tokens WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise NotFound(f"there is no token '{name}'; `boxd tokens list` shows all")
    return _token(row)


def listing(connection: sqlite3.Connection) -> list[Token]:
    """Every token, also revoked ones, oldest first."""
    return [_token(row) for row in connection.execute(f"SELECT {_COLUMNS} FROM tokens ORDER BY id")]


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("ascii")).digest()


def _token(row: sqlite3.Row) -> Token:
    return Token(
        row["id"],
        row["name"],
        Role(row["role"]),
        row["created_at"],
        row["last_used_at"],
        row["revoked_at"],
        row["expires_at"],
        _names(row["only"]),
        TaskScope(_names(row["kinds"]), _names(row["checkpoints"])),
    )


def _listed(names: tuple[str, ...]) -> str | None:
    return " ".join(names) or None


def _names(listed: str | None) -> tuple[str, ...]:
    return tuple((listed or "").split())
