"""Reading a database leaves it, and its folder, as they were."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from boxd.sqlite_reading import reading_uri

WRITE = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode = WAL")
connection.execute("CREATE TABLE IF NOT EXISTS rows (number)")
connection.execute("INSERT INTO rows VALUES (1)")
if sys.argv[2] == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
"""


def folder_of(file: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in file.parent.iterdir()}


def rows(file: Path) -> int:
    with closing(sqlite3.connect(reading_uri(file), uri=True)) as connection:
        return int(connection.execute("SELECT count(*) FROM rows").fetchone()[0])


@pytest.mark.parametrize("end", ["closed", "killed"])
def test_a_database_that_nobody_has_open(tmp_path: Path, end: str) -> None:
    file = tmp_path / "some.db"
    subprocess.run((sys.executable, "-c", WRITE, file, end), check=False)
    before = folder_of(file)
    assert ("some.db-wal" in before) == (end == "killed")
    assert rows(file) == 1
    assert folder_of(file) == before


def test_a_database_that_is_written_meanwhile(tmp_path: Path) -> None:
    file = tmp_path / "some.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("CREATE TABLE rows (number)")
        for number in range(1, 50):
            writer.execute("INSERT INTO rows VALUES (?)", (number,))
            assert rows(file) == number
            if number % 10 == 0:
                writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert rows(file) == 49
