"""A ledger as an earlier release left it: the migrations up to a number, and rows of its time."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from boxd.ledger.database import migrations


def written_by_schema(file: Path, newest: int, rows: str) -> Path:
    """The file of a ledger whose schema is `newest`, with what the SQL of `rows` puts into it."""
    connection = sqlite3.connect(file, isolation_level=None)
    for number, sql in migrations():
        if number <= newest:
            connection.executescript(sql)
    connection.executescript(f"{rows} PRAGMA user_version = {newest};")
    connection.close()
    return file
