"""Restoring a backup: it takes the present ledger's place, which is kept, and says what is lost."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from boxd.errors import BackupFailed, BoxdError, NotFound
from boxd.ledger import alarms, audit, replacing
from boxd.ledger.database import open_for_reading, open_ledger
from boxd.ledger.ledger import Transaction, as_text
from boxd.ledger.soundness import Contents, contents, examine

_BEING_MADE = "being-restored"
_ENDED = ("spent", "expired", "voided")


@dataclass(frozen=True)
class Lost:
    """What the present ledger knows and the backup does not.

    `good_again` are codes that were used or ended since, by number; `unknown` counts those made
    since, which nobody can use any more.
    """

    entries: int
    good_again: tuple[int, ...]
    unknown: int


@dataclass(frozen=True)
class Restored:
    """A restored ledger. `lost` is None where the one before can't be read."""

    file: Path
    contents: Contents
    set_aside: Path
    lost: Lost | None

    def as_json(self) -> dict[str, object]:
        """What was done as values for JSON."""
        return {
            "file": str(self.file),
            "entries": self.contents.entries,
            "last_entry_at": self.contents.last_at,
            "set_aside": str(self.set_aside),
            "lost": asdict(self.lost) if self.lost else None,
        }


def restore(backup: Path, ledger: Path, actor: str, now: datetime) -> Restored:
    """Put the backup in the place of the ledger; the caller holds the box's lock.

    Until it is decided nothing has changed; from then on a power cut changes nothing any more.
    Raises LedgerDamaged or LedgerTooNew for a backup of no use, NotFound, BackupFailed for a disk.
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
    except (OSError, sqlite3.Error) as error:
        raise BackupFailed(
            f"{backup} could not be restored ({error}). Look at the disk: full (df -h), read-only"
            " (mount), failing (dmesg); then restore it again"
        ) from error
    finally:
        shutil.rmtree(prepared, ignore_errors=True)
    return restored


def _prepare(backup: Path, copy: Path) -> Contents:
    """A copy of the backup, examined: what was read is what will be used."""
    shutil.rmtree(copy.parent, ignore_errors=True)
    copy.parent.mkdir(mode=0o750, parents=True)
    shutil.copyfile(backup, copy)
    log = backup.with_name(f"{backup.name}-wal")
    if log.exists():  # a copy of a ledger in use, with what is newest in its log
        shutil.copyfile(log, copy.with_name(f"{copy.name}-wal"))
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    return examine(copy)


def _write_down(copy: Path, restored: Restored, actor: str, at: str) -> None:
    """Leave word in the restored ledger itself, before it takes its place."""
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
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = DELETE")  # all of it in the one file
    copy.chmod(0o640)
    for made in (copy.parent, copy):
        replacing.give_to_owner_of(copy.parent.parent, made)
    replacing.flush(copy)


def _alarm_text(restored: Restored) -> str:
    last = restored.contents.last_at or "its beginning"
    return (
        f"The ledger was restored from {restored.file.name}: nothing after {last} is known, and"
        " codes used since are good again. Count the stock (`boxd prizes adjust`), void codes that"
        " were used (`boxd codes void`); `boxd alarms clear` ends this alarm."
    )


def _lost(ledger: Path, copy: Path) -> Lost | None:
    """What the present ledger knows beyond the copy; None where there is none to be read."""
    if not ledger.exists():
        return None
    try:
        with closing(open_for_reading(ledger)) as present, closing(_reading(copy)) as restored:
            return _compare(present, restored)
    except (sqlite3.DatabaseError, BoxdError):
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
