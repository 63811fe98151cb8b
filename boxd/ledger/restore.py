"""Restoring a backup: it replaces the ledger, which is kept; reports what is lost."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from boxd.errors import BackupFailed, BoxdError, NotFound
from boxd.ledger import alarms, audit, picture_copies, replacing, row_sums
from boxd.ledger.database import open_for_reading, open_ledger
from boxd.ledger.ledger import Transaction, as_text
from boxd.ledger.soundness import Contents, contents, examine
from boxd.ledger.sqlite_faults import TROUBLE
from boxd.words import N_

_RESTORED = N_(
    "The ledger was restored from {file}: nothing after {time} is known, and codes used since then"
    " can be used again. Count the stock (`boxd prizes adjust`), void the codes that were used"
    " (`boxd codes void`); `boxd alarms clear` ends this alarm."
)

_BEING_MADE = "being-restored"
_ENDED = ("spent", "expired", "voided")


@dataclass(frozen=True)
class Lost:
    """What the present ledger has and the backup does not.

    `good_again` are the numbers of codes that were used or ended since; `unknown` counts codes
    made since, which nobody can use any more.
    """

    entries: int
    good_again: tuple[int, ...]
    unknown: int


@dataclass(frozen=True)
class Restored:
    """A restored ledger. `lost` is None if the replaced one can't be read."""

    file: Path
    contents: Contents
    set_aside: Path
    lost: Lost | None

    def as_json(self) -> dict[str, object]:
        """The result as values for JSON."""
        return {
            "file": str(self.file),
            "entries": self.contents.entries,
            "last_entry_at": self.contents.last_at,
            "set_aside": str(self.set_aside),
            "lost": asdict(self.lost) if self.lost else None,
        }


def restore(backup: Path, ledger: Path, actor: str, now: datetime) -> Restored:
    """Replace the ledger by the backup; the caller holds the box's lock.

    A power cut before the decision changes nothing, and one after it neither. Raises LedgerDamaged
    or LedgerTooNew for an unusable backup, NotFound, BackupFailed for a disk error.
    """
    if not backup.is_file():
        raise NotFound(f"there is no backup {backup}; `boxd backup list` shows those that are")
    replacing.finish(ledger)
    at = as_text(now)
    stamp = at.replace(":", "-")
    prepared = ledger.with_name(_BEING_MADE)
    try:
        held = _prepare(backup, prepared / ledger.name)
        lost = _lost(ledger, prepared / ledger.name)
        restored = Restored(backup, held, replacing.set_aside_for(ledger, stamp), lost)
        _write_down(prepared / ledger.name, restored, actor, at)
        replacing.decide(prepared, ledger, stamp)
        replacing.finish(ledger)
        pictures = ledger.with_name(picture_copies.FOLDER)
        picture_copies.copy_missing(backup.with_name(picture_copies.FOLDER), pictures)
    except (OSError, sqlite3.Error) as error:
        raise BackupFailed(
            f"{backup} could not be restored ({error}). Look at the disk: full (df -h), read-only"
            " (mount), failing (dmesg); then restore it again"
        ) from error
    finally:
        shutil.rmtree(prepared, ignore_errors=True)
    return restored


def outlook(backup: Path, ledger: Path, now: datetime) -> Restored:
    """What `restore` would do; nothing is changed. Raises as it does."""
    if not backup.is_file():
        raise NotFound(f"there is no backup {backup}; `boxd backup list` shows those that are")
    prepared = ledger.with_name(_BEING_MADE)
    try:
        held = _prepare(backup, prepared / ledger.name)
        lost = _lost(ledger, prepared / ledger.name)
    finally:
        shutil.rmtree(prepared, ignore_errors=True)
    stamp = as_text(now).replace(":", "-")
    return Restored(backup, held, replacing.set_aside_for(ledger, stamp), lost)


def _prepare(backup: Path, copy: Path) -> Contents:
    """A checked copy of the backup: exactly what was checked is used."""
    shutil.rmtree(copy.parent, ignore_errors=True)
    copy.parent.mkdir(mode=0o750, parents=True)
    shutil.copyfile(backup, copy)
    log = backup.with_name(f"{backup.name}-wal")
    if log.exists():  # a copy of a ledger in use; its newest changes are in its log
        shutil.copyfile(log, copy.with_name(f"{copy.name}-wal"))
    with suppress(*TROUBLE), closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    return examine(copy)


def _write_down(copy: Path, restored: Restored, actor: str, at: str) -> None:
    """Record the restore in the restored ledger itself, before it replaces the other."""
    with closing(open_ledger(copy)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        tx = Transaction(connection, at)
        detail: audit.Detail = {
            "entries": restored.contents.entries,
            "last_entry_at": restored.contents.last_at,
            "set_aside": restored.set_aside.name,
        }
        entry = audit.Entry(actor, "ledger.restored", restored.file.name, detail=detail)
        audit.append(tx, entry)
        alarms.raise_alarm(tx, "ledger_restored", restored.file.name, _alarm_text(restored))
        row_sums.make(connection)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = DELETE")  # everything in one file
    copy.chmod(0o640)
    replacing.flush(copy)


def _alarm_text(restored: Restored) -> str:
    last = restored.contents.last_at or "its beginning"
    return _RESTORED.format(file=restored.file.name, time=last)


def _lost(ledger: Path, copy: Path) -> Lost | None:
    """What the present ledger has beyond the copy; None if it can't be read."""
    if not ledger.exists():
        return None
    try:
        with closing(open_for_reading(ledger)) as present, closing(_reading(copy)) as restored:
            return _compare(present, restored)
    except (*TROUBLE, BoxdError):
        return None


def _reading(copy: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{copy.resolve().as_uri()}?mode=ro", uri=True)


def _compare(present: sqlite3.Connection, restored: sqlite3.Connection) -> Lost:
    states = dict(present.execute("SELECT id, state FROM codes").fetchall())
    known = dict(restored.execute("SELECT id, state FROM codes").fetchall())
    good_again = [
        code
        for code, state in known.items()
        if state not in _ENDED and states.get(code, state) in _ENDED
    ]
    entries = contents(present).entries - contents(restored).entries
    return Lost(max(entries, 0), tuple(sorted(good_again)), len(states.keys() - known.keys()))
