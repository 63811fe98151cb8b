"""Sums over the rows of every table, kept with each commit: they show what the disk changed itself.

A row's digest is added when the row is written, and subtracted when it is changed or removed. Who
reads all rows and adds them up has to find the same sums. Triggers of the writing connection call
this, whoever writes; they live in the connection and not in the file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from hashlib import blake2b

_TO_BE_MADE = bytes(3)
_BYTES = 8
_BREATH_ROWS = 250
_OWN = "row_sums"
# What has no rows that a trigger sees, under names that no table has.
_SCHEMA, _SEQUENCES = " schema", " sequences"
_ELSEWHERE = {
    _SCHEMA: "SELECT type, name, tbl_name, sql FROM sqlite_master",
    _SEQUENCES: "SELECT name, seq FROM sqlite_sequence",
}
_SIGNS = {"INSERT": {"new": 1}, "UPDATE": {"old": -1, "new": 1}, "DELETE": {"old": -1}}


class RowSums:
    """Keeps the sums of what this connection writes."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._tables: list[str] = []
        self.follow(connection)

    def follow(self, connection: sqlite3.Connection) -> None:
        """Add up for this connection from now on."""
        self._connection = connection
        # Without it a row that REPLACE removes is removed without its trigger.
        connection.execute("PRAGMA recursive_triggers = ON")
        connection.create_function("row_digest", -1, _digest_of, deterministic=True)
        # A table, and no variable of ours: a statement that fails takes its digests back.
        connection.execute("CREATE TEMP TABLE IF NOT EXISTS row_digests (name, sign, digest)")
        self._tables = tables(connection)
        for table in self._tables:
            for event, signs in _SIGNS.items():
                _watch(connection, table, event, signs)

    def write(self) -> None:
        """Bring the sums to what the present transaction has written, in that transaction."""
        written = self._connection.execute("SELECT name, sign, digest FROM row_digests").fetchall()
        if not written:
            return
        self._connection.execute("DELETE FROM row_digests")
        sums = _unpacked(_kept(self._connection)[1], self._tables)
        for name, sign, digest in written:
            sums[name] += sign * digest
        sums[_SEQUENCES] = _sum_of(self._connection, _SEQUENCES)
        packed = _packed(sums, self._tables)
        self._connection.execute("UPDATE row_sums SET sums = ?", (packed,))


def are_to_be_made(connection: sqlite3.Connection) -> bool:
    """Whether the ledger has a place for the sums, and none yet."""
    return _has_place(connection) and _kept(connection)[1] == _TO_BE_MADE


def make(connection: sqlite3.Connection) -> None:
    """Make the sums of what is there now; only what was found sound before is worth it."""
    names = tables(connection)
    sums = {name: _sum_of(connection, name) for name in (*names, *_ELSEWHERE)}
    version = _version(connection)
    packed = _packed(sums, names)
    connection.execute("UPDATE row_sums SET schema = ?, sums = ?", (version, packed))


def forgetting(connection: sqlite3.Connection) -> str:
    """SQL that has the sums made again: a step of the schema changes rows without being watched."""
    return f"UPDATE row_sums SET sums = x'{_TO_BE_MADE.hex()}';" if _has_place(connection) else ""


def faults(connection: sqlite3.Connection, pause: Callable[[], None] = lambda: None) -> list[str]:
    """What is not as boxd wrote it; empty if all is, or the ledger has no sums yet.

    Reads every row, of one moment if the caller has begun a transaction. `pause` is called every
    few hundred rows. Raises sqlite3.DatabaseError if a page can't be read.
    """
    if not _has_place(connection) or are_to_be_made(connection):
        return []
    names = tables(connection)
    version, packed = _kept(connection)
    if version != _version(connection):
        return [f"the schema's number is {_version(connection)} and was {version}"]
    if not isinstance(packed, bytes) or len(packed) != _BYTES * (len(names) + len(_ELSEWHERE)):
        return ["tables or their sums are missing"]
    kept = _unpacked(packed, names)
    return [found for name in kept if (found := _fault(connection, name, kept[name], pause))]


def kept_sums(connection: sqlite3.Connection) -> dict[str, int]:
    """The sums by table, as they are kept; nothing where they are no sums of this schema."""
    names = tables(connection)
    version, packed = _kept(connection)
    is_ours = version == _version(connection) and isinstance(packed, bytes)
    if not is_ours or len(packed) != _BYTES * (len(names) + len(_ELSEWHERE)):
        return {}
    return {name: each for name, each in _unpacked(packed, names).items() if name in names}


def tables(connection: sqlite3.Connection) -> list[str]:
    """The names of the tables that have sums."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        " AND name NOT LIKE 'sqlite!_%' ESCAPE '!' AND name <> ? ORDER BY name"
    )
    return [str(row[0]) for row in connection.execute(query, (_OWN,))]


def _fault(connection: sqlite3.Connection, name: str, kept: int, pause: Callable[[], None]) -> str:
    what = {_SCHEMA: "the schema's text", _SEQUENCES: "a sequence"}.get(name, f"a row of {name}")
    try:
        is_same = _sum_of(connection, name, pause) % (1 << 8 * _BYTES) == kept
    except sqlite3.OperationalError as error:
        # Python's own error, without SQLite's number: bytes that are no UTF-8.
        if getattr(error, "sqlite_errorcode", None) is not None:
            raise
        return f"{what} has text that is not UTF-8"
    return "" if is_same else f"{what} is not as it was written"


def _sum_of(
    connection: sqlite3.Connection, name: str, pause: Callable[[], None] = lambda: None
) -> int:
    total = 0
    rows = connection.execute(_ELSEWHERE.get(name) or f'SELECT * FROM main."{name}"')
    for count, row in enumerate(rows, 1):
        total += digest(name, tuple(row))
        if count % _BREATH_ROWS == 0:
            pause()
    return total


def _digest_of(table: str, *row: object) -> int:
    return digest(table, row)


def digest(table: str, row: tuple[object, ...]) -> int:
    """What a row adds to its table's sum."""
    # `repr` tells 1, '1', 1.0 and b'1' apart, and says all digits of a float.
    written = repr((table, row)).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(written, digest_size=_BYTES).digest(), "big", signed=True)


def _packed(sums: dict[str, int], names: list[str]) -> bytes:
    bound = 1 << 8 * _BYTES
    return b"".join((sums[name] % bound).to_bytes(_BYTES, "big") for name in (*names, *_ELSEWHERE))


def _unpacked(packed: bytes, names: list[str]) -> dict[str, int]:
    return {
        name: int.from_bytes(packed[place * _BYTES : (place + 1) * _BYTES], "big")
        for place, name in enumerate((*names, *_ELSEWHERE))
    }


def _kept(connection: sqlite3.Connection) -> tuple[int, bytes]:
    found = connection.execute("SELECT schema, sums FROM row_sums").fetchone()
    return (int(found[0]), found[1]) if found else (0, b"")


def _has_place(connection: sqlite3.Connection) -> bool:
    known = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    return connection.execute(known, (_OWN,)).fetchone() is not None


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _watch(connection: sqlite3.Connection, table: str, event: str, signs: dict[str, int]) -> None:
    columns = [str(row[1]) for row in connection.execute(f'PRAGMA main.table_info("{table}")')]
    values = ", ".join(
        f"('{table}', {sign}, row_digest('{table}', {', '.join(f'{row}.{c}' for c in columns)}))"
        for row, sign in signs.items()
    )
    connection.execute(
        f"CREATE TEMP TRIGGER IF NOT EXISTS row_{event.lower()}_{table} AFTER {event}"
        f' ON main."{table}" BEGIN INSERT INTO row_digests VALUES {values}; END'
    )
