"""The server's SQLite file: checking it, setting it aside, and giving a new one its name.

The server makes its schema only in a file that does not exist, never migrates it, and reports
SERVING on an incomplete one. So a file gets its name once it is complete, with a sidecar that
records the server's version and the schema. A file that does not match its sidecar is kept under a
dated name, and a new one takes its place.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from boxd.errors import BoxdError
from boxd.sqlite_reading import reading_uri
from boxd.temporal.clock_set_back import why_from_later
from boxd.temporal.set_aside import SetAside, leave_note

NAME = "temporal.db"
PARTS = ("", "-wal", "-shm", "-journal", ".json")
UNSEALED = "an earlier release of boxd made it, and did not seal its messages"
LARGEST_CHECKED = 64 * 1024 * 1024  # checking every page of a larger file would delay a start

# After a workflow's first task the server writes its row in the list again, to add which build of
# the worker it was. A box has one worker, and the row's last writing says it too.
_NOTE_NO_BUILD = """
    CREATE TRIGGER a_build_alone_is_not_noted BEFORE UPDATE ON executions_visibility
    WHEN new.status = old.status AND new.memo IS old.memo
        AND new.execution_time IS old.execution_time
        AND json_remove(new.search_attributes, '$.BuildIds')
            IS json_remove(old.search_attributes, '$.BuildIds')
    BEGIN SELECT RAISE(IGNORE); END
"""

# Errors that say nothing about the file itself: rights, locks, memory, a full disk.
NOT_THE_FILES_FAULT = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)


@dataclass(frozen=True)
class Sidecar:
    """The version of the server that made the file, and the fingerprint of its schema.

    `sealed` says that boxd seals every message before it gets into the file.
    """

    version: str
    fingerprint: str
    sealed: bool = False


def sidecar_of(database: Path) -> Path:
    """The path of a database's sidecar."""
    return database.with_name(database.name + ".json")


def fingerprint(connection: sqlite3.Connection) -> str:
    """A hash of every object in the schema."""
    objects = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name, sql")
    return hashlib.sha256(json.dumps(objects.fetchall()).encode()).hexdigest()


def is_absent(database: Path) -> bool:
    """Whether there is neither a database nor a log that a new one could take for its own."""
    return not any(_part(database, part).exists() for part in ("", "-wal", "-journal"))


def why_unfit(database: Path, version: str, was_unclean: bool) -> str:
    """Why the server must not be started on this file; empty if it may.

    Raises BoxdError if the file can't be checked for a reason outside of it.
    """
    if not database.exists():
        return "only its write-ahead log is left"
    try:
        sidecar = Sidecar(**json.loads(sidecar_of(database).read_text()))
    except FileNotFoundError:
        return f"it has no {sidecar_of(database).name}, so it is not known to be whole"
    except (ValueError, TypeError):
        return f"its {sidecar_of(database).name} can't be read"
    if not sidecar.sealed:
        return UNSEALED
    if sidecar.version != version:
        return f"it was made by '{sidecar.version}', and this is '{version}'"
    if later := why_from_later([_part(database, part) for part in ("", "-wal")], datetime.now(UTC)):
        return later
    try:
        return _why_not_whole(database, sidecar, was_unclean)
    except sqlite3.DatabaseError as error:
        if _code(error) in NOT_THE_FILES_FAULT:
            raise BoxdError(
                f"{database} can't be opened ({error}); see to its owner, its mode and the disk"
            ) from error
        return f"it is damaged ({error})"


def finish(being_made: Path, version: str) -> None:
    """Prepare the file that the server has just made, so that `publish` may follow.

    Raises BoxdError if it is not complete.
    """
    with closing(sqlite3.connect(being_made, isolation_level=None)) as connection:
        _drop_what_nobody_asks(connection)
        connection.execute(_NOTE_NO_BUILD)
        connection.execute("VACUUM")  # two thirds of the file were unused
        found = connection.execute("PRAGMA integrity_check").fetchone()[0]
        mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        made = Sidecar(version, fingerprint(connection), sealed=True)
    if (found, mode) != ("ok", "wal"):
        raise BoxdError(f"the new {being_made} is not whole ({found}, {mode}); check the disk")
    _sync(being_made)
    sidecar = sidecar_of(being_made)
    sidecar.write_text(json.dumps(asdict(made), indent=2) + "\n")
    _sync(sidecar)


def publish(being_made: Path, database: Path) -> None:
    """Give a finished database its name; the sidecar first, since it means nothing alone."""
    sidecar_of(being_made).replace(sidecar_of(database))
    being_made.replace(database)
    _sync(database.parent)


def set_aside(database: Path, why: str, now: datetime) -> SetAside:
    """Move the database and its companions to an unused dated name.

    The sidecar goes first, so that after an interruption the rest is not taken for complete.
    Before that a note is written, from which people are told.
    """
    kept = SetAside(_unused_name(database, now), why)
    leave_note(kept)
    for part in reversed(PARTS):
        if _part(database, part).exists():
            _part(database, part).rename(_part(kept.path, part))
    _sync(database.parent)
    return kept


def discard(database: Path) -> None:
    """Remove a database, or the remains of an interrupted making."""
    for part in PARTS:
        _part(database, part).unlink(missing_ok=True)


def discard_unsealed(database: Path) -> None:
    """Remove a database that names people in clear, and those that were set aside before it."""
    discard(database)
    for kept in database.parent.glob(f"{database.name}.set-aside-*"):
        if not kept.name.endswith(PARTS[1:]):
            discard(kept)
    _sync(database.parent)


def mark_running(database: Path) -> None:
    """Mark the server as running; if the mark is found at a start, the last stop was unclean."""
    _running_mark(database).touch()
    _sync(database.parent)


def mark_stopped(database: Path) -> None:
    """Remove the mark, after the server has stopped cleanly."""
    _running_mark(database).unlink(missing_ok=True)


def is_marked_running(database: Path) -> bool:
    """Whether the mark exists."""
    return _running_mark(database).exists()


def _why_not_whole(database: Path, sidecar: Sidecar, was_unclean: bool) -> str:
    # Read-only, so that closing does not write the log back into the file.
    with closing(sqlite3.connect(reading_uri(database), uri=True)) as file:
        if fingerprint(file) != sidecar.fingerprint:
            return "its tables are not those it was made with"
        if was_unclean and database.stat().st_size < LARGEST_CHECKED:
            found = file.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                return f"it is damaged ({found})"
    return ""


def _drop_what_nobody_asks(connection: sqlite3.Connection) -> None:
    """Drop what no query of a box needs, but each change of a workflow updates.

    There are 57 indexes, one for each possible search attribute, and the triggers that keep two
    full-text tables, for attributes of kinds that boxd has none of. They cause two thirds of all
    writes: see docs/adr/0010.
    """
    found = connection.execute(
        "SELECT type, name FROM sqlite_master WHERE tbl_name = 'executions_visibility'"
        " AND (type = 'index' AND sql IS NOT NULL AND name <> 'default_idx' OR type = 'trigger')"
    ).fetchall()
    connection.execute("BEGIN")
    for kind, name in found:
        connection.execute(f'DROP {kind} "{name}"')
    connection.execute("COMMIT")


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary result code."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def _part(database: Path, part: str) -> Path:
    return database.with_name(database.name + part)


def _running_mark(database: Path) -> Path:
    return _part(database, ".running")


def _unused_name(database: Path, now: datetime) -> Path:
    dated = database.with_name(f"{database.name}.set-aside-{now:%Y%m%dT%H%M%S}")
    candidate, count = dated, 1
    while any(_part(candidate, part).exists() for part in PARTS):
        count += 1
        candidate = dated.with_name(f"{dated.name}-{count}")
    return candidate


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
