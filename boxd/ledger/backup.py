"""Copies of the ledger, made while it is in use, verified, and kept by number and by age.

A copy is written under another name, flushed and read back completely; only then does it get its
name. So a file with that name is whole, whatever power cut came in between.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from boxd.errors import BackupFailed, BoxdError, LedgerDamaged, LedgerUnusable, NotFound
from boxd.ledger import backup_seal, picture_copies, room
from boxd.ledger.audit_heads import Head
from boxd.ledger.database import open_for_reading
from boxd.ledger.ledger import as_text
from boxd.ledger.replacing import flush
from boxd.ledger.soundness import Contents, contents, examine, look_at

_NAME = re.compile(
    r"ledger-(\d{4}-\d\d-\d\dT)(\d\d)-(\d\d)-(\d\d\.\d{3}Z)(?:\.(\d+-[0-9a-f]{24}))?\.db(?:\.sealed)?"
)
_BEING_MADE = ".being-made"
# In pages of 512 bytes, written in one go: a commit of the ledger waits for 1 MiB at most, not for
# the whole copy.
_STEP_PAGES = 2048
# Keeps every backup from being too old after the clock jumped ahead.
_ALWAYS_KEPT = 3


@dataclass(frozen=True)
class BackupRules:
    """Where backups lie, and which are kept: the newest `keep`, and none older than `keep_days`.

    `seal_to` is the public key that opens them; None leaves them open.
    """

    directory: Path
    keep: int
    keep_days: int
    seal_to: str | None = None


@dataclass(frozen=True)
class Backup:
    """A whole copy. `is_new` is False if the ledger has not changed since it was made."""

    file: Path
    made_at: str
    size: int
    contents: Contents
    is_new: bool = True

    def as_json(self) -> dict[str, object]:
        """The backup as values for JSON."""
        return {
            "file": str(self.file),
            "made_at": self.made_at,
            "bytes": self.size,
            "entries": self.contents.entries,
            "is_new": self.is_new,
        }


@dataclass(frozen=True)
class Listed:
    """A file among the backups; without `contents` it can't be used, and `why` says why.

    `is_verified` if it was read completely.
    """

    file: Path
    made_at: str
    size: int
    contents: Contents | None
    is_verified: bool
    why: str

    @property
    def is_sealed(self) -> bool:
        """Whether it takes a key that the box does not have."""
        return self.file.suffix == backup_seal.SUFFIX

    def is_of(self, now: Contents) -> bool:
        """Whether it holds these contents; of a sealed one its name says so."""
        if not self.is_sealed:
            return self.contents == now
        name = _NAME.fullmatch(self.file.name)
        return name is not None and name[5] == Head(now.entries, now.head).short

    def as_json(self) -> dict[str, object]:
        """The backup as values for JSON."""
        held = self.contents
        sound = "whole" if self.is_verified else "readable"
        unreadable = "sealed" if self.is_sealed else "damaged"
        return {
            "file": str(self.file),
            "made_at": self.made_at,
            "bytes": self.size,
            "state": sound if held else unreadable,
            "why": self.why,
            "entries": held.entries if held else None,
            "last_entry_at": held.last_at if held else None,
            "schema": held.schema if held else None,
        }


def make(
    ledger: Path,
    rules: BackupRules,
    now: Callable[[], datetime],
    pause: Callable[[], None] = lambda: None,
) -> Backup:
    """Copy the ledger, unless the newest backup equals it, and the pictures of prizes beside it.

    One at a time, called off the loop.

    `pause` is called every few milliseconds. Raises BackupFailed, and leaves no partial file;
    NotFound if there is no ledger.
    """
    if not ledger.exists():
        raise NotFound(f"there is no ledger at {ledger}: has this box run yet?")
    with _backup_errors(rules.directory):
        _make_directory(rules.directory)
        _remove_half_made(rules.directory)
        made = _unchanged(ledger, rules, pause) or _make(ledger, rules, now(), pause)
        pictures = ledger.with_name(picture_copies.FOLDER)
        picture_copies.copy_missing(pictures, rules.directory / picture_copies.FOLDER)
        prune(rules, now())
    return made


def _make(ledger: Path, rules: BackupRules, at: datetime, pause: Callable[[], None]) -> Backup:
    directory, made_at = rules.directory, as_text(at)
    name = f"ledger-{made_at.replace(':', '-')}"
    aside = directory / f".{name}.db{_BEING_MADE}"
    try:
        _leave_room(directory, ledger)
        expected = copy_ledger(ledger, aside, pause)
        verify(aside, expected, pause)
        if rules.seal_to is not None:
            aside = _sealed(aside, rules.seal_to)
        with suppress(PermissionError):  # a stick's file system has no modes
            aside.chmod(0o640)
        # With the head in its name: a backup that was taken elsewhere anchors the trail.
        head = Head(expected.entries, expected.head)
        file = directory / (f"{name}.{head.short}.db" if head.seq else f"{name}.db")
        if rules.seal_to is not None:
            file = file.with_name(file.name + backup_seal.SUFFIX)
        publish(aside, file)
    except BaseException:
        _remove_half_made(directory)
        raise
    return Backup(file, made_at, file.stat().st_size, expected)


def _sealed(plain: Path, public: str) -> Path:
    """The copy, sealed to this key; the readable one is removed."""
    sealed = plain.with_name(plain.name + backup_seal.SUFFIX)
    backup_seal.seal(plain, sealed, public)
    plain.unlink()
    return sealed


def copy_ledger(ledger: Path, aside: Path, pause: Callable[[], None]) -> Contents:
    """Copy the present state of the ledger to `aside` while others write; returns its contents."""

    def after_each_step(*_: int) -> None:
        flush(aside)
        pause()

    with closing(open_for_reading(ledger)) as source:
        source.execute("BEGIN")
        held = contents(source)  # from here on this connection sees this moment
        with closing(sqlite3.connect(aside, isolation_level=None)) as target:
            target.execute("PRAGMA synchronous = OFF")  # flushed step by step below, and at the end
            source.backup(target, pages=_STEP_PAGES, progress=after_each_step)
    with closing(sqlite3.connect(aside, isolation_level=None)) as target:
        target.execute("PRAGMA journal_mode = DELETE")  # one file, with no log beside it
    flush(aside)
    return held


def verify(aside: Path, expected: Contents, pause: Callable[[], None]) -> None:
    """Read the copy completely. Raises BackupFailed if it differs from what was copied."""
    try:
        found = examine(aside, pause)
    except LedgerDamaged as error:
        raise BackupFailed(
            f"the copy is not whole: {error}. The ledger may be damaged itself, or the disk is"
            " failing: boxd audit verify, dmesg"
        ) from error
    if found != expected:
        raise BackupFailed(f"the copy is not what was copied: {found}, not {expected}; try again")


def publish(aside: Path, file: Path) -> None:
    """Give the copy its final name, durably."""
    aside.replace(file)
    flush(file.parent)


def prune(rules: BackupRules, now: datetime) -> list[Path]:
    """Remove backups that are too many or too old, never the newest three; returns the removed."""
    oldest = as_text(now - timedelta(days=rules.keep_days))
    removed = [
        file
        for rank, (file, made_at) in enumerate(_named(rules.directory))
        if rank >= max(rules.keep, _ALWAYS_KEPT) or (rank >= _ALWAYS_KEPT and made_at < oldest)
    ]
    for file in removed:
        file.unlink(missing_ok=True)
    return removed


def listing(directory: Path, whole: bool = False) -> list[Listed]:
    """The backups, newest first; with `whole` each is read completely."""
    pause = (lambda: None) if whole else None
    return [_listed(file, made_at, pause) for file, made_at in _named(directory)]


def newest_good(directory: Path) -> Listed | None:
    """The newest whole backup, read completely; damaged ones are skipped."""
    found = (_listed(file, made_at, lambda: None) for file, made_at in _named(directory))
    return next((each for each in found if each.contents is not None), None)


def _listed(file: Path, made_at: str, pause: Callable[[], None] | None) -> Listed:
    if file.suffix == backup_seal.SUFFIX:
        why = "`boxd backup open` makes it readable, with its key"
        return Listed(file, made_at, file.stat().st_size, None, False, why)
    try:
        held: Contents | None = look_at(file) if pause is None else examine(file, pause)
        why = ""
    except BoxdError as error:
        held, why = None, str(error)
    return Listed(file, made_at, file.stat().st_size, held, pause is not None, why)


def _named(directory: Path) -> list[tuple[Path, str]]:
    """Each backup with the time in its name, newest first."""
    found = [
        (file, "{}{}:{}:{}".format(*name.groups()[:4]))
        for file in (directory.iterdir() if directory.is_dir() else ())
        if (name := _NAME.fullmatch(file.name))
    ]
    return sorted(found, key=lambda each: each[1], reverse=True)


def _unchanged(ledger: Path, rules: BackupRules, pause: Callable[[], None]) -> Backup | None:
    """The newest backup, if it is whole and nothing has happened since."""
    named = _named(rules.directory)
    if not named:
        return None
    with closing(open_for_reading(ledger)) as connection:
        now = contents(connection)
    newest = _listed(*named[0], None)
    if newest.is_sealed != (rules.seal_to is not None) or not newest.is_of(now):
        return None
    if newest.is_sealed:
        return Backup(newest.file, newest.made_at, newest.size, now, is_new=False)
    newest = _listed(*named[0], pause)
    if newest.contents is None:
        return None
    return Backup(newest.file, newest.made_at, newest.size, newest.contents, is_new=False)


def _make_directory(directory: Path) -> None:
    if not directory.is_dir():
        directory.mkdir(mode=0o750, parents=True)


def _leave_room(directory: Path, ledger: Path) -> None:
    wal = ledger.with_name(f"{ledger.name}-wal")
    needed = ledger.stat().st_size + (wal.stat().st_size if wal.exists() else 0)
    free = shutil.disk_usage(directory).free
    if not room.is_left(directory, needed):
        raise BackupFailed(
            f"the disk of {directory} has {free >> 20} MiB left, and a backup takes"
            f" {needed >> 20} MiB and leaves {room.LEFT_FREE_BYTES >> 20} for the ledger itself:"
            " make room (df -h), or name another disk: [backups] directory"
        )


def _remove_half_made(directory: Path) -> None:
    for half in directory.glob(f".ledger-*{_BEING_MADE}*"):
        half.unlink(missing_ok=True)


@contextmanager
def _backup_errors(directory: Path) -> Iterator[None]:
    """Turn errors of disk and SQLite into BackupFailed with a remedy."""
    try:
        yield
    except (sqlite3.Error, OSError, LedgerUnusable) as error:
        raise BackupFailed(
            f"no backup could be made in {directory} ({error}); the ledger itself goes on."
            " Look at that disk: full (df -h), read-only (mount), failing (dmesg);"
            " or name another: [backups] directory"
        ) from error
