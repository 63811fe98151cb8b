"""The ledger's file: opened, checked for damage and migrated to the present schema."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import suppress
from importlib import resources
from pathlib import Path

from boxd import names
from boxd.errors import BoxdError, LedgerDamaged, LedgerTooNew, LedgerUnusable
from boxd.ledger import replacing, row_sums
from boxd.ledger.sqlite_faults import TROUBLE, header_fault, says_nothing_about_the_file

# Small pages: a commit of a redemption touches about ten of them, and each is written whole.
PAGE_BYTES = 512
# In pages: a checkpoint every 4 MiB writes pages that change often once, not at every step.
CHECKPOINT_PAGES = 8192
# A frame of the log is a page and 24 bytes. A checkpoint waits for a reader, and the log goes on:
# some room more.
LOG_BYTES = 32 + (CHECKPOINT_PAGES + 512) * (PAGE_BYTES + 24)
# Up to this size every row and index is read at the start, a second on a Pi. Of a larger ledger
# the daily check does it, and every backup.
_READ_AT_START_BYTES = 4 << 20


def open_ledger(file: Path) -> sqlite3.Connection:
    """A writing connection to an undamaged ledger of the present schema; made if it is missing.

    Raises LedgerDamaged or LedgerTooNew, LedgerUnusable if the disk fails.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    replacing.finish(file)
    if fault := header_fault(file):
        raise _damaged(file, fault)
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    try:
        _set_up(connection)
        _check(connection, file)
        _migrate(connection, file)
        _make_log_to_size(connection)
    except TROUBLE as error:
        connection.close()
        raise _trouble(file, error) from error
    except Exception:
        connection.close()
        raise
    return connection


def open_again(file: Path) -> sqlite3.Connection:
    """A writing connection to a ledger that this process had open before. Raises sqlite3.Error."""
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    try:
        _set_up(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def flush(connection: sqlite3.Connection) -> None:
    """See that all commits are in the file on the disk, and none of the log's old frames counts.

    The log's next commit, which is made here, gives it a new header, and a frame counts only with
    the header that it was written under. Raises sqlite3.Error; also while somebody reads the log.
    """
    is_kept = connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()[0]
    if is_kept:
        raise sqlite3.OperationalError("a reader keeps the log; ask again in a moment")
    _make_log_to_size(connection)


def can_be_opened(file: Path) -> bool:
    """Whether the disk allows opening the ledger now; its content is not checked."""
    try:
        open_ledger(file).close()
    except LedgerUnusable:
        return False
    except BoxdError:
        return True
    return True


def open_for_reading(file: Path) -> sqlite3.Connection:
    """A read-only connection. Raises LedgerDamaged or LedgerUnusable."""
    try:
        connection = sqlite3.connect(
            f"{file.resolve().as_uri()}?mode=ro",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.row_factory = sqlite3.Row
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except TROUBLE as error:
        raise _trouble(file, error) from error
    return connection


def _set_up(connection: sqlite3.Connection) -> None:
    connection.row_factory = sqlite3.Row
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    connection.execute("PRAGMA busy_timeout = 5000")


def erase_remains(connection: sqlite3.Connection) -> None:
    """Rewrite the file and empty its log, so that no deleted bytes remain in them.

    SQLite's `secure_delete` is not enough: split pages keep copies of moved rows. Raises
    sqlite3.OperationalError if the disk is full, or a reader keeps the log open.
    """
    connection.execute("VACUUM")
    is_kept = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if is_kept:
        raise sqlite3.OperationalError("a reader keeps the log; ask again in a moment")
    _make_log_to_size(connection)


def _check(connection: sqlite3.Connection, file: Path) -> None:
    how = "integrity_check" if _is_small(connection) else "quick_check"  # without the indexes
    found = [str(row[0]) for row in connection.execute(f"PRAGMA {how}(5)")]
    if found != ["ok"]:
        raise _damaged(file, "; ".join(found))
    orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    if orphans:
        raise _damaged(file, f"{len(orphans)} rows refer to rows that are not there")


def _trouble(file: Path, error: Exception) -> LedgerDamaged | LedgerUnusable:
    if says_nothing_about_the_file(error):
        return _unusable(file, str(error))
    return _damaged(file, str(error))


def _unusable(file: Path, why: str) -> LedgerUnusable:
    return LedgerUnusable(
        f"the ledger {file} can't be opened ({why}); that does not mean that it is damaged."
        " Look at the disk: full (df -h), read-only (mount), failing (dmesg)"
    )


def _damaged(file: Path, why: str) -> LedgerDamaged:
    return LedgerDamaged(
        f"the ledger {file} is damaged ({why}); nothing is dispensed."
        " Stop boxd, save what can be saved (boxd recover ledger) or restore a backup"
        " (boxd backup list --verify, boxd backup restore FILE), start boxd"
    )


def migrations() -> list[tuple[int, str]]:
    """The numbered steps of the schema, in order: number and SQL."""
    steps = []
    for entry in resources.files("boxd.ledger").joinpath("migrations").iterdir():
        if found := re.fullmatch(r"(\d{4})_\w+\.sql", entry.name):
            steps.append((int(found[1]), entry.read_text(encoding="utf-8")))
    return sorted(steps)


def _migrate(connection: sqlite3.Connection, file: Path) -> None:
    """Apply each missing step, with its number, in a transaction of its own."""
    connection.create_function("cleaned_name", 1, names.cleaned, deterministic=True)
    connection.create_function("folded_name", 1, names.folded, deterministic=True)
    steps = migrations()
    present = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if present > steps[-1][0]:
        raise LedgerTooNew(
            f"the ledger {file} has schema {present}, this boxd knows up to {steps[-1][0]}:"
            " install the newer boxd again, or restore a backup made by this version"
        )
    if present < steps[-1][0] or _is_small(connection):
        _check_rows(connection, file)
    for number, sql in steps:
        if number > present:
            forgetting = row_sums.forgetting(connection)
            connection.executescript(
                f"BEGIN IMMEDIATE; {forgetting} {sql}; PRAGMA user_version = {number}; COMMIT;"
            )
    if row_sums.are_to_be_made(connection):
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            row_sums.make(connection)


def _is_small(connection: sqlite3.Connection) -> bool:
    pages = int(connection.execute("PRAGMA page_count").fetchone()[0])
    return pages * PAGE_BYTES <= _READ_AT_START_BYTES


def _check_rows(connection: sqlite3.Connection, file: Path) -> None:
    if found := row_sums.faults(connection):
        raise _damaged(file, "; ".join(found[:3]))


def _make_log_to_size(connection: sqlite3.Connection) -> None:
    """Extend the write-ahead log with zeros to the size that it will have.

    A commit that makes the file longer costs two flushes: its bytes, and the file's new size. A log
    that has its size costs one; SQLite begins it again from the front and never shortens it. Zeros
    behind the last frame are no frame. A disk without room for it has no room for long.
    """
    log = Path(f"{connection.execute('PRAGMA database_list').fetchone()['file']}-wal")
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    connection.execute(f"PRAGMA user_version = {version}")  # the first commit makes the log
    with suppress(OSError), log.open("r+b") as opened:
        missing = LOG_BYTES - opened.seek(0, os.SEEK_END)
        if missing > 0:
            opened.write(bytes(missing))
            opened.flush()
            os.fsync(opened.fileno())
