"""Rows of the audit trail that somebody looks for, newest first."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

MOST_LOOKED_AT = 200_000
"""Rows that one search reads at most: a second on a Pi."""


@dataclass(frozen=True)
class AuditFilter:
    """What the rows have to say; empty and None let everything through.

    `text` is a part of actor, action, cause or redemption, in any case.
    """

    text: str = ""
    action: str = ""
    code: int | None = None
    locker: int | None = None


@dataclass(frozen=True)
class FoundRow:
    """A row of the trail."""

    seq: int
    at: str
    actor: str
    action: str
    cause: str
    redemption: str | None
    bay: str | None
    locker: int | None
    code: int | None
    sku: str | None
    detail: dict[str, object]


def search(
    connection: sqlite3.Connection, wanted: AuditFilter, before: int | None, limit: int
) -> list[FoundRow]:
    """Up to `limit` rows before the row `before` (None: from the newest on)."""
    first = (
        before or connection.execute("SELECT coalesce(max(seq), 0) + 1 FROM audit").fetchone()[0]
    )
    rules = {
        "(instr(lower(actor), :text) OR instr(action, :text) OR instr(lower(cause), :text)"
        " OR instr(redemption, :text))": wanted.text,
        "(action = :action OR action LIKE :action || '.%')": wanted.action,
        "code = :code": wanted.code,
        "locker = :locker": wanted.locker,
    }
    given = [rule for rule, value in rules.items() if value not in ("", None)]
    found = connection.execute(
        "SELECT seq, at, actor, action, cause, redemption, bay, locker, code, sku, detail"
        f" FROM audit WHERE seq < :first AND seq >= :last AND {' AND '.join(given) or 'TRUE'}"
        " ORDER BY seq DESC LIMIT :limit",
        {
            "first": first,
            "last": first - MOST_LOOKED_AT,
            "text": wanted.text.lower(),
            "action": wanted.action,
            "code": wanted.code,
            "locker": wanted.locker,
            "limit": limit,
        },
    )
    return [FoundRow(**{**row, "detail": json.loads(row["detail"])}) for row in map(dict, found)]


def kinds(connection: sqlite3.Connection) -> list[str]:
    """The first parts of the actions that there are: claim, code, stock, ..."""
    found = connection.execute(
        "SELECT DISTINCT substr(action, 1, instr(action, '.') - 1) FROM audit"
        " WHERE seq > (SELECT max(seq) FROM audit) - 20000 ORDER BY 1"
    )
    return [str(row[0]) for row in found if row[0]]
