"""Checks whether a copy of the ledger is undamaged, and what it contains."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from boxd.errors import LedgerDamaged, LedgerTooNew, LedgerUnusable
from boxd.ledger import audit, row_sums
from boxd.ledger.database import migrations
from boxd.ledger.sqlite_faults import TROUBLE, header_fault, says_nothing_about_the_file


@dataclass(frozen=True)
class Contents:
    """The schema's version; the audit trail's number of rows, last time and last hash."""

    schema: int
    entries: int
    last_at: str
    head: str


def contents(connection: sqlite3.Connection) -> Contents:
    """A ledger's contents, according to the last row of its audit trail."""
    schema = int(connection.execute("PRAGMA user_version").fetchone()[0])
    row = connection.execute("SELECT seq, at, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    return Contents(schema, row[0], row[1], row[2].hex()) if row else Contents(schema, 0, "", "")


def look_at(copy: Path) -> Contents:
    """A copy's contents, without reading all of it. Raises the same errors as `examine`."""
    return _opened(copy, None)


def examine(copy: Path, pause: Callable[[], None] = lambda: None) -> Contents:
    """Read a copy completely, with its audit trail; it must not be in use.

    Raises LedgerDamaged or LedgerTooNew, LedgerUnusable if it can't be opened.
    """
    return _opened(copy, pause)


def _opened(copy: Path, pause: Callable[[], None] | None) -> Contents:
    if fault := header_fault(copy):
        raise _damaged(copy, fault)
    try:
        uri = f"{copy.resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            return _contents_if_sound(copy, connection, pause)
    except TROUBLE as error:
        if says_nothing_about_the_file(error):
            raise LedgerUnusable(
                f"{copy} can't be opened ({error}); see to its owner, its mode and the disk"
            ) from error
        raise _damaged(copy, str(error)) from error


def _contents_if_sound(
    copy: Path, connection: sqlite3.Connection, pause: Callable[[], None] | None
) -> Contents:
    schema = int(connection.execute("PRAGMA user_version").fetchone()[0])
    newest = migrations()[-1][0]
    if schema > newest:
        raise LedgerTooNew(
            f"{copy} has schema {schema}, this boxd knows up to {newest}: it takes a newer boxd"
        )
    if schema == 0:
        raise _damaged(copy, "no ledger of boxd")
    if pause is not None:
        _check(copy, connection, pause)
    return contents(connection)


def _check(copy: Path, connection: sqlite3.Connection, pause: Callable[[], None]) -> None:
    found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(3)")]
    if found != ["ok"]:
        raise _damaged(copy, "; ".join(found))
    if orphans := connection.execute("PRAGMA foreign_key_check").fetchall():
        raise _damaged(copy, f"{len(orphans)} rows refer to rows that are not there")
    chain = audit.verify(connection, pause)
    if not chain.holds:
        raise _damaged(copy, f"its audit trail does not hold: {chain.fault}")
    if changed := row_sums.faults(connection, pause):
        raise _damaged(copy, "; ".join(changed[:3]))


def _damaged(copy: Path, why: str) -> LedgerDamaged:
    return LedgerDamaged(f"{copy} is damaged ({why}); take another copy: boxd backup list --verify")
