"""The tables of a damaged ledger, as far as the sums over their rows prove them.

A table whose rows add up to its sum is as boxd wrote it (ADR 0122). Where they don't, rows of a
backup, and of the trail, are tried in the place of what is wrong: the sum tells whether they fit.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from boxd.ledger import row_sums
from boxd.ledger.sqlite_faults import TROUBLE

Row = tuple[object, ...]
Rows = dict[str, list[Row]]
_MODULUS = 1 << 64
_STATES_OF_CODES = ("ready", "in_use", "spent", "expired", "voided")
_STATE = 6  # the column of `codes`


@dataclass(frozen=True)
class Table:
    """A table's name, and its key: the columns' names and places."""

    name: str
    keys: tuple[str, ...]
    places: tuple[int, ...]

    def key_of(self, row: Row) -> Row:
        """What tells a row from all others."""
        return tuple(row[place] for place in self.places)


@dataclass(frozen=True)
class Proven:
    """The rows by table that are proven, and the names of the tables that are not."""

    rows: Rows
    unproven: tuple[str, ...]


def proven_tables(
    damaged: sqlite3.Connection, sound: sqlite3.Connection, trail: Iterable[Row]
) -> Proven:
    """What the damaged ledger's sums prove, with the rows of a sound one of the same schema.

    `trail` are rows of the audit trail that proved themselves.
    """
    sums, whole = _kept_sums(damaged), rows_of(sound)
    rows: Rows = {}
    for name in whole:
        table = Table(name, *_keys(sound, name))
        candidates = list({*whole[name], *trail}) if name == "audit" else whole[name]
        mended = _mended(table, _readable(damaged, table), candidates, sums.get(name))
        if mended is not None:
            rows[name] = mended
    if "stock" not in rows and "movements" in rows and "prizes" in rows:
        rows |= _stock(rows, sums.get("stock"))
    return Proven(rows, tuple(sorted(whole.keys() - rows.keys())))


def rows_of(connection: sqlite3.Connection) -> Rows:
    """All rows of all tables."""
    return {name: _all_of(connection, name) for name in row_sums.tables(connection)}


def _all_of(connection: sqlite3.Connection, name: str) -> list[Row]:
    query = f'SELECT * FROM "{name}"'  # noqa: S608 - a name of our schema
    return [tuple(row) for row in connection.execute(query)]


def _kept_sums(damaged: sqlite3.Connection) -> dict[str, int]:
    with suppress(*TROUBLE):
        return row_sums.kept_sums(damaged)
    return {}


def _keys(sound: sqlite3.Connection, name: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    columns = sound.execute(f'PRAGMA table_info("{name}")').fetchall()
    keys = [(str(each[1]), int(each[0])) for each in columns if each[5]]
    return tuple(key for key, _ in keys), tuple(place for _, place in keys)


def _readable(damaged: sqlite3.Connection, table: Table) -> list[Row]:
    """The rows that can be read, from the front and from the back."""
    found: dict[Row, None] = {}
    for way in ("ASC", "DESC"):
        order = ", ".join(f'"{key}" {way}' for key in table.keys)
        query = f'SELECT * FROM "{table.name}" ORDER BY {order}'  # noqa: S608 - of our schema
        with suppress(*TROUBLE):
            for row in damaged.execute(query):  # up to the first page that is wrong
                found[tuple(row)] = None
    return list(found)


def _mended(
    table: Table, found: list[Row], candidates: list[Row], kept: int | None
) -> list[Row] | None:
    """The rows that add up to the sum: as found, with what is missing, with one exchanged."""
    if kept is None:
        return None
    known = {table.key_of(row) for row in found}
    missing = [row for row in candidates if table.key_of(row) not in known]
    for rows in (found, [*found, *missing]):
        lacking = (kept - sum(row_sums.digest(table.name, row) for row in rows)) % _MODULUS
        if lacking == 0:
            return rows
        exchanged = _one_exchanged(table.name, rows, _variants(table.name, candidates), lacking)
        if exchanged is not None:
            return exchanged
    return None


def _variants(table: str, candidates: list[Row]) -> list[Row]:
    """The candidates, and what they may have become since: a code is used, or ends."""
    if table != "codes":
        return candidates
    return [
        (*row[:_STATE], state, *row[_STATE + 1 :])
        for row in candidates
        for state in _STATES_OF_CODES
    ]


def _one_exchanged(
    table: str, rows: list[Row], candidates: list[Row], lacking: int
) -> list[Row] | None:
    """The rows with one taken out, put in or exchanged, so that nothing lacks any more."""
    places: dict[int, int | None] = {
        (row_sums.digest(table, row) + lacking) % _MODULUS: place for place, row in enumerate(rows)
    }
    places[lacking] = None
    if (place := places.get(0)) is not None:
        return [*rows[:place], *rows[place + 1 :]]
    for row in candidates:
        needed = row_sums.digest(table, row) % _MODULUS
        if needed in places:
            place = places[needed]
            return [*rows, row] if place is None else [*rows[:place], row, *rows[place + 1 :]]
    return None


def _stock(rows: Rows, kept: int | None) -> Rows:
    """The stock as the movements make it; nothing if the sum says otherwise."""
    places = ("received", "on_hand", "held", "dispensed", "written_off")
    units: dict[object, dict[str, int]] = defaultdict(lambda: dict.fromkeys(places, 0))
    for _, _, sku, quantity, source, target, *_ in rows["movements"]:
        count = int(str(quantity))
        units[sku]["received" if source == "outside" else str(source)] += (
            count if source == "outside" else -count
        )
        units[sku][str(target)] += count
    made: list[Row] = [
        (row[0], *(units[row[0]][each] for each in places)) for row in rows["prizes"]
    ]
    total = sum(row_sums.digest("stock", row) for row in made)
    return {"stock": made} if kept == total % _MODULUS else {}
