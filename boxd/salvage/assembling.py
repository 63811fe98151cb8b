"""A ledger made of proven rows: all of its sums are those that the damaged one kept."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from boxd.ledger import row_sums
from boxd.ledger.database import open_ledger
from boxd.salvage.tables import Rows


def assemble(file: Path, rows: Rows, damaged: sqlite3.Connection) -> None:
    """Make a new ledger at `file` with these rows, and the sums and sequences of the damaged one.

    Whether it is whole, its examination tells.
    """
    open_ledger(file).close()
    sequences = damaged.execute("SELECT name, seq FROM sqlite_sequence").fetchall()
    sums = damaged.execute("SELECT schema, sums FROM row_sums").fetchone()
    with closing(sqlite3.connect(file, isolation_level=None)) as made:
        made.execute("PRAGMA foreign_keys = OFF")
        made.execute("BEGIN")
        triggers = _without_triggers(made)
        for table in row_sums.tables(made):
            made.execute(f'DELETE FROM "{table}"')  # noqa: S608 - a name of our schema
            for row in rows[table]:
                marks = ",".join("?" * len(row))
                made.execute(f'INSERT INTO "{table}" VALUES ({marks})', row)  # noqa: S608 - so too
        made.execute("DELETE FROM sqlite_sequence")
        made.executemany("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", sequences)
        made.execute("UPDATE row_sums SET schema = ?, sums = ?", tuple(sums))
        for trigger in triggers:
            made.execute(trigger)
        made.execute("COMMIT")
        made.execute("PRAGMA journal_mode = DELETE")  # everything in one file


def _without_triggers(made: sqlite3.Connection) -> list[str]:
    """Drop the triggers, which would act on rows that have had their effect; returns their SQL."""
    found = made.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in found:
        made.execute(f'DROP TRIGGER "{name}"')
    return [str(sql) for _, sql in found]
