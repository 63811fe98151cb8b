"""A part of a transaction that can fail alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def savepoint(connection: sqlite3.Connection) -> Iterator[None]:
    """Undo what the block has written if it raises; the transaction goes on.

    A full or failing disk may make SQLite roll back all of it, and all of it is rolled back if the
    part alone can't be: then there is no transaction any more.
    """
    connection.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            _take_back(connection)
        raise
    connection.execute("RELEASE part")


def _take_back(connection: sqlite3.Connection) -> None:
    """Nothing of a change whose caller is refused may be committed with the others'."""
    try:
        connection.execute("ROLLBACK TO part")
        connection.execute("RELEASE part")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
