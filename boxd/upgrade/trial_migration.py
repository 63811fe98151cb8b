"""Migrating a copy of the ledger while the old release still runs on the real one.

Run as `python -m boxd.upgrade.trial_migration LEDGER` by the box's user. It finds a ledger that
can't be migrated before anything is stopped.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from boxd.errors import BoxdError, LedgerUnusable
from boxd.ledger.database import open_for_reading, open_ledger

_LEFT_FREE_BYTES = 64 * 1024 * 1024


def schema_of(ledger: Path) -> int:
    """The version of the ledger's schema; 0 if there is no ledger."""
    if not ledger.exists():
        return 0
    with closing(open_for_reading(ledger)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def try_migration(ledger: Path) -> tuple[int, int]:
    """The schema before and after this release's migrations, tried on a copy.

    Raises BoxdError if the copy can't be made or migrated.
    """
    _ask_for_room(ledger)
    copy = ledger.with_name("upgrade-rehearsal") / ledger.name
    shutil.rmtree(copy.parent, ignore_errors=True)
    copy.parent.mkdir(mode=0o750)
    try:
        with closing(open_for_reading(ledger)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        before = schema_of(copy)
        _migrate(copy, before)
        return before, schema_of(copy)
    finally:
        shutil.rmtree(copy.parent)


def _migrate(copy: Path, schema: int) -> None:
    try:
        open_ledger(copy).close()
    except LedgerUnusable as error:
        raise BoxdError(
            f"a copy of it, of schema {schema}, could not be migrated ({error.__cause__})"
        ) from error


def _ask_for_room(ledger: Path) -> None:
    needed, free = 4 * ledger.stat().st_size, shutil.disk_usage(ledger.parent).free
    if free - needed < _LEFT_FREE_BYTES:
        raise BoxdError(
            f"the disk of {ledger.parent} has {free >> 20} MiB left; an upgrade takes"
            f" {(needed + _LEFT_FREE_BYTES) >> 20} MiB there. What takes the room:"
            " sudo du -xh / | sort -h | tail"
        )


if __name__ == "__main__":
    try:
        print(*try_migration(Path(sys.argv[1])))
    except BoxdError as failed:
        sys.exit(str(failed))
