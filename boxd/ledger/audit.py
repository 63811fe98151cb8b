"""The audit trail: append-only; each row carries a hash over the row before it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from boxd.ledger.ledger import Transaction

_BEGINNING = bytes(32)
_BREATH_ROWS = 250
_COLUMNS = "seq, at, actor, action, cause, redemption, bay, locker, code, sku, detail"

Detail = dict[str, str | int | float | bool | None]
"""Plain JSON values by name."""


@dataclass(frozen=True)
class Entry:
    """Who did what, to what, and why."""

    actor: str
    action: str
    cause: str = ""
    redemption: str | None = None
    bay: str | None = None
    locker: int | None = None
    code: int | None = None
    sku: str | None = None
    detail: Detail | None = None


@dataclass(frozen=True)
class VerifiedChain:
    """How many rows were read, and what is wrong with the first bad one (empty: nothing)."""

    rows: int
    fault: str

    @property
    def holds(self) -> bool:
        """Whether every row follows from the one before."""
        return not self.fault


def append(tx: Transaction, entry: Entry) -> None:
    """Append `entry`, in the transaction that makes the change it describes."""
    last = tx.connection.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    seq, previous = (last[0] + 1, last[1]) if last else (1, _BEGINNING)
    detail = json.dumps(entry.detail or {}, ensure_ascii=False, sort_keys=True)
    row = (
        seq,
        tx.at,
        entry.actor,
        entry.action,
        entry.cause,
        entry.redemption,
        entry.bay,
        entry.locker,
        entry.code,
        entry.sku,
        detail,
    )
    tx.connection.execute(
        f"INSERT INTO audit ({_COLUMNS}, previous, hash) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (*row, previous, row_hash(previous, row)),
    )


def row_hash(previous: bytes, row: tuple[object, ...]) -> bytes:
    """SHA-256 over the previous row's hash and this row's columns as canonical JSON."""
    text = json.dumps(list(row), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(previous + text.encode()).digest()


def verify(
    connection: sqlite3.Connection, pause: Callable[[], None] = lambda: None
) -> VerifiedChain:
    """Verify the whole chain from its beginning; `pause` is called every few hundred rows."""
    previous, expected = _BEGINNING, 1
    for row in connection.execute(f"SELECT {_COLUMNS}, previous, hash FROM audit ORDER BY seq"):
        columns = tuple(row)[:-2]
        if columns[0] != expected:
            return VerifiedChain(expected - 1, f"row {expected} is missing")
        if row["previous"] != previous:
            return VerifiedChain(expected - 1, f"row {expected} does not follow row {expected - 1}")
        if bytes in map(type, columns) or row["hash"] != row_hash(previous, columns):
            return VerifiedChain(expected - 1, f"row {expected} was changed after it was written")
        previous, expected = row["hash"], expected + 1
        if expected % _BREATH_ROWS == 0:
            pause()
    return VerifiedChain(expected - 1, "")


def rows_after(connection: sqlite3.Connection, seq: int, limit: int) -> list[dict[str, object]]:
    """Up to `limit` rows after `seq`, oldest first."""
    found = connection.execute(
        f"SELECT {_COLUMNS}, hash FROM audit WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit)
    )
    return [_as_dict(row) for row in found]


def newest_of(
    connection: sqlite3.Connection, actions: Sequence[str], limit: int, look_back: Sequence[int]
) -> list[dict[str, object]]:
    """The last `limit` things that were done with these actions, newest first.

    What one transaction did many times is one of them: its last row with `rows`, how many there
    are, and `quantity`, the sum of theirs. So many rows are read as `look_back` says first; if
    they have fewer than `limit`, as many as it says next.
    """
    for depth in look_back:
        found = _groups(connection, actions, depth)[:limit]
        if len(found) == limit:
            break
    return found


def _groups(
    connection: sqlite3.Connection, actions: Sequence[str], depth: int
) -> list[dict[str, object]]:
    marks = ",".join("?" * len(actions))
    found = connection.execute(
        f"SELECT {_COLUMNS}, hash, max(seq) AS last, count(*) AS rows,"
        " sum(json_extract(detail, '$.quantity')) AS quantity FROM audit"
        f" WHERE seq > (SELECT max(seq) FROM audit) - ? AND action IN ({marks})"
        " GROUP BY at, actor, action, redemption, locker, cause ORDER BY last DESC",
        (depth, *actions),
    )
    return [_as_dict(row) | {"rows": row["rows"], "quantity": row["quantity"]} for row in found]


def rows_of_redemption(
    connection: sqlite3.Connection, redemption: str
) -> Iterator[dict[str, object]]:
    """The trail's rows about one redemption, oldest first."""
    found = connection.execute(
        f"SELECT {_COLUMNS}, hash FROM audit WHERE redemption = ? ORDER BY seq", (redemption,)
    )
    return (_as_dict(row) for row in found)


def _as_dict(row: sqlite3.Row) -> dict[str, object]:
    values = dict(row)
    values["detail"] = json.loads(row["detail"])
    values["hash"] = row["hash"].hex()
    return values
