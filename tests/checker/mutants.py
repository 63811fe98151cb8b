"""Damage to a recorded day: drawn from the schema itself, each as the smallest lie of its kind.

The guards of the ledger (triggers, unique indexes, checks) are taken away first, and the audit
trail is chained anew where a mutant changes it: what is left to find it is the checker alone.
"""

# ruff: noqa: S608 - tables and columns are the schema's own words

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

Json = dict[str, Any]

# Tables that no invariant is about: who is known, what was sent elsewhere, what only this box's
# process needs. `lockouts` and `wrong_pins` are counted in tests/ledger.
OUTSIDE = frozenset(
    {
        "attendees",
        "checkpoints",
        "task_kinds",
        "task_versions",
        "lockouts",
        "requests",
        "outbox",
        "sqlite_sequence",
    }
    | {"dead_letters", "deliveries", "feed", "orders", "clock", "wrong_pins", "imported_files"}
    | {"batch_codes", "last_change", "staff", "staff_invitations", "staff_sessions", "tokens"}
    | {"pending_verdicts", "switches", "prize_pictures", "prize_variants", "photos", "row_sums"}
    | {"recoveries", "recovery_answers", "left_in_lockers", "batch_refusals"}
)
# Columns of the other tables that nothing else in the evidence tells, and why.
UNTOLD = {
    "codes.digest": "it hides the digits; only the box's key can tell which they are",
    "codes.sealed": "it hides the digits; only the box's key can tell which they are",
    "codes.box": "each ledger has the codes of one box; which one is its configuration's word",
    "codes.is_unsure": "it says how the clock stood when the code was made, and decides nothing",
    "movements.id": "their order counts, and it is told; the number is for other rows to name",
    "scans.seq": "their order counts, and it is told",
    "submissions.seq": "their order counts, and it is told",
    "verdicts.seq": "their order counts, and it is told",
    "scans.id": "the number of a request; a repeated one is known by it",
    "submissions.id": "the number of a request; a repeated one is known by it",
    "submissions.text": "it may be deleted when an attendee is forgotten, so the trail has no copy",
    "answers.id": "the number of a request; a repeated one is known by it",
    "alarms.id": "alarms are known by kind and subject; the number is for the screen",
    "issues.attempt": "how often a draw was tried; only what it fell on counts",
    "issues.prizes": "what was wished for; what the draw fell on stands in `among`",
    "issues.valid_days": "what was wished for; what came of it stands in codes.expires_at",
    "tasks.version": "by which rules it goes is the organiser's word; what it came to is told",
    "tasks.step": "another rule for a kind of task counts as a step, and is nobody's deed",
}


@dataclass(frozen=True)
class Mutant:
    """One change to a copy of the evidence: where it is drawn from, and what it does."""

    name: str
    damage: Callable[[Path], None]


@dataclass(frozen=True)
class Recording:
    """The files of a day, which mutants are copies of."""

    folder: Path

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger.db"

    @property
    def trace(self) -> Path:
        return self.folder / "hardware-trace.jsonl"

    def copied(self, to: Path) -> Recording:
        shutil.rmtree(to, ignore_errors=True)
        shutil.copytree(self.folder, to)
        return Recording(to)


def all_of(day: Recording) -> list[Mutant]:
    """Every mutant of a day."""
    with closing(sqlite3.connect(day.ledger)) as connection:
        return [*_of_tables(connection), *_of_the_trail(connection), *_of_the_trace(day)]


def without_guards(ledger: Path) -> None:
    """Take away what would refuse a lie."""
    with closing(sqlite3.connect(ledger, isolation_level=None)) as connection:
        guards = connection.execute(
            "SELECT type, name FROM sqlite_master"
            " WHERE type IN ('trigger', 'index') AND sql IS NOT NULL"
        ).fetchall()
        for kind, name in guards:
            connection.execute(f"DROP {kind} {name}")
        connection.execute("PRAGMA journal_mode = DELETE")


# Tables


def _of_tables(connection: sqlite3.Connection) -> Iterator[Mutant]:
    """Each column of each table changed in its first, middle and last row, and the row lost."""
    for (table,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    ).fetchall():
        if table in OUTSIDE or table == "audit":
            continue
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        rows = connection.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
        for place in sorted({0, len(rows) // 2, len(rows) - 1}) if rows else ():
            row = dict(zip(columns, rows[place], strict=True))
            yield _lost(table, row)
            for column in columns:
                if f"{table}.{column}" not in UNTOLD:
                    yield _changed(table, row, column, _other(connection, table, column, row))


def _where(row: Json) -> tuple[str, list[Any]]:
    return " AND ".join(f"{name} IS ?" for name in row), list(row.values())


def _lost(table: str, row: Json) -> Mutant:
    where, values = _where(row)
    return Mutant(
        f"{table}: a row is lost ({_named(row)})",
        lambda ledger: _run(ledger, f"DELETE FROM {table} WHERE {where}", values),
    )


def _changed(table: str, row: Json, column: str, value: Any) -> Mutant:
    where, values = _where(row)
    return Mutant(
        f"{table}.{column}: {row[column]!r} becomes {value!r} ({_named(row)})",
        lambda ledger: _run(
            ledger, f"UPDATE {table} SET {column} = ? WHERE {where}", [value, *values]
        ),
    )


def _named(row: Json) -> str:
    name, value = next(iter(row.items()))
    return f"{name} {value}"


def _other(connection: sqlite3.Connection, table: str, column: str, row: Json) -> Any:
    """Another value that this column has somewhere, or one near to this row's."""
    present, is_number, is_unique = row[column], *_kind_of(connection, table, column)
    if isinstance(present, str) and _is_time(present):
        return _an_hour_later(present)
    if not is_unique:
        found = connection.execute(
            f"SELECT {column} FROM {table} WHERE {column} NOT IN (?, '') LIMIT 1",
            ("" if present is None else present,),
        ).fetchone()
        if found is not None:
            return found[0]
    return (present or 0) + 1000 if is_number else f"{present or ''}x"


def _kind_of(connection: sqlite3.Connection, table: str, column: str) -> tuple[bool, bool]:
    """Whether it is a number, and whether it is, or is part of, what tells rows apart."""
    columns = {row[1]: row for row in connection.execute(f"PRAGMA table_info({table})")}
    unique = {name for name, row in columns.items() if row[5]}
    for index in connection.execute(f"PRAGMA index_list({table})").fetchall():
        if index[2]:
            unique |= {row[2] for row in connection.execute(f"PRAGMA index_info({index[1]})")}
    return columns[column][2] in ("INTEGER", "REAL"), column in unique


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return "T" in text


def _an_hour_later(text: str) -> str:
    later = datetime.fromisoformat(text) + timedelta(hours=1)
    return later.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _run(folder: Path, sql: str, values: list[Any]) -> None:
    with closing(sqlite3.connect(folder / "ledger.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        changed = connection.execute(sql, values).rowcount
        assert changed == 1, (sql, values, changed)


# The audit trail, chained anew


def _of_the_trail(connection: sqlite3.Connection) -> Iterator[Mutant]:
    """One row of each action: lost, and each of its columns changed."""
    columns = [row[1] for row in connection.execute("PRAGMA table_info(audit)")][:-2]
    rows = connection.execute(f"SELECT {', '.join(columns)} FROM audit ORDER BY seq").fetchall()
    trail = [dict(zip(columns, row, strict=True)) for row in rows]
    seen: set[str] = set()
    for place, row in enumerate(trail):
        if row["action"] in seen or row["action"] in _TOLD_NOWHERE_ELSE:
            continue
        seen.add(row["action"])
        yield _rechained(f"audit: {row['action']} is lost", trail, place, None)
        for column in columns[1:]:
            if row[column] in (None, "", "{}") or (row["action"], column) in _NOBODYS:
                continue
            for name, other in _others(trail, row, column):
                yield _rechained(f"audit: {row['action']}: {name}", trail, place, other)


# Rows that no other table can be held against; that they are there is the chain's word alone.
_TOLD_NOWHERE_ELSE = frozenset({"code.revealed", "code.shown", "prize.counted"})
# Columns that no other table has.
_NOBODYS = frozenset(
    {
        ("code.issued", "actor"),
        ("redemption.declined", "cause"),
        ("code.voided", "actor"),
        ("code.voided", "cause"),
        ("locker.out_of_service", "actor"),
        ("prize.imported", "actor"),
        ("task.started", "actor"),
        ("alarm.raised", "actor"),
        ("claim.accepted", "actor"),
        ("claim.refused", "actor"),
    }
)


def _others(trail: list[Json], row: Json, column: str) -> Iterator[tuple[str, Json]]:
    if column == "detail":
        detail = json.loads(row["detail"])
        for key, value in detail.items():
            if value in (None, ""):
                continue
            changed = value + 1 if isinstance(value, int) else f"{value}x"
            if isinstance(value, str) and _is_time(value):
                changed = _an_hour_later(value)
            text = json.dumps(detail | {key: changed}, ensure_ascii=False, sort_keys=True)
            yield f"detail.{key} becomes {changed!r}", row | {"detail": text}
        return
    if column == "at":
        other: Any = _an_hour_later(row["at"])
    else:
        known = [each[column] for each in trail if each[column] not in (None, "", row[column])]
        other = known[0] if known else f"{row[column]}x"
    yield f"{column} {row[column]!r} becomes {other!r}", row | {column: other}


def _rechained(name: str, trail: list[Json], place: int, other: Json | None) -> Mutant:
    kept = [*trail[:place], *([other] if other else []), *trail[place + 1 :]]
    return Mutant(name, lambda folder: _write_trail(folder, kept))


def _write_trail(folder: Path, trail: list[Json]) -> None:
    previous = bytes(32)
    with closing(sqlite3.connect(folder / "ledger.db", isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("DELETE FROM audit")
        for seq, row in enumerate(trail, 1):
            columns = list((row | {"seq": seq}).values())
            text = json.dumps(columns, ensure_ascii=False, separators=(",", ":"))
            digest = sha256(previous + text.encode()).digest()
            marks = ",".join("?" * (len(columns) + 2))
            connection.execute(f"INSERT INTO audit VALUES ({marks})", (*columns, previous, digest))
            previous = digest
        connection.execute("COMMIT")


# The trace


def _of_the_trace(day: Recording) -> Iterator[Mutant]:
    """Of each kind of line that an invariant is about: one lost, doubled, of another device."""
    lines = day.trace.read_text(encoding="utf-8").splitlines()
    parsed = [json.loads(line) for line in lines]
    for name, chosen in _LINES.items():
        places = [place for place, line in enumerate(parsed) if chosen(line)]
        for place in sorted({places[0], places[len(places) // 2], places[-1]}) if places else ():
            yield _traced(f"trace: {name} {place} is lost", lines, place, [])
            if name in _ONCE:
                doubled = json.dumps(parsed[place] | {"t": parsed[place]["t"] + 1e-4})
                yield _traced(
                    f"trace: {name} {place} comes twice", lines, place, [lines[place], doubled]
                )
            device = next(
                each["device"]
                for each in parsed
                if each["what"] == parsed[place]["what"]
                and each["device"] != parsed[place]["device"]
            )
            other = json.dumps(parsed[place] | {"device": device})
            yield _traced(f"trace: {name} {place} is {device}'s", lines, place, [other])


_UNLOCK = "f07d6001f7"
_LINES: dict[str, Callable[[Json], bool]] = {
    "a latch's rise": lambda line: line["what"] == "latch" and line["level"] == 1,
    "a latch's fall": lambda line: line["what"] == "latch" and line["level"] == 0,
    "an unlock order": lambda line: line["what"] == "bytes" and _UNLOCK in line["bytes"],
}
_ONCE = ("a latch's rise", "an unlock order")


def _traced(name: str, lines: list[str], place: int, instead: list[str]) -> Mutant:
    kept = [*lines[:place], *instead, *lines[place + 1 :]]
    text = "\n".join(kept) + "\n"

    def write(folder: Path) -> None:
        (folder / "hardware-trace.jsonl").write_text(text, encoding="utf-8")

    return Mutant(name, write)
