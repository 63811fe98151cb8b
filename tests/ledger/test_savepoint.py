"""A part of a transaction that fails alone, or takes all of it with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from boxd.ledger.savepoint import savepoint


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        made.execute("CREATE TABLE kept (x INTEGER)")
        made.execute("BEGIN")
        made.execute("INSERT INTO kept VALUES (1)")
        yield made


def fail_in_a_part(connection: sqlite3.Connection) -> None:
    with savepoint(connection):
        connection.execute("INSERT INTO kept VALUES (2)")
        raise ValueError


def kept(connection: sqlite3.Connection) -> list[int]:
    return [x for (x,) in connection.execute("SELECT x FROM kept")]


def test_a_part_that_fails_leaves_the_rest(connection: sqlite3.Connection) -> None:
    with pytest.raises(ValueError):
        fail_in_a_part(connection)
    connection.execute("COMMIT")
    assert kept(connection) == [1]


def test_a_part_that_can_not_be_taken_back_takes_all_with_it(
    connection: sqlite3.Connection,
) -> None:
    def refuse(action: int, operation: str | None, *_: str | None) -> int:
        is_taking_back = (action, operation) == (sqlite3.SQLITE_SAVEPOINT, "ROLLBACK")
        return sqlite3.SQLITE_DENY if is_taking_back else sqlite3.SQLITE_OK

    connection.set_authorizer(refuse)
    with pytest.raises(sqlite3.DatabaseError):
        fail_in_a_part(connection)
    assert not connection.in_transaction
    assert kept(connection) == []
