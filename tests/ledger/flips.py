"""Single flipped bits in a ledger and in a backup of it: what each does to what boxd says."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from boxd.errors import BoxdError
from boxd.ledger import backup, restore
from boxd.ledger.database import open_ledger

NOW = datetime(2030, 5, 1, 9, 0, tzinfo=UTC)
_BACKUPS = (
    "ledger-2030-05-01T08-00-00.000Z.db",  # whole
    "ledger-2030-05-01T09-00-00.000Z.db",  # the newest, with the flip
)
Answers = dict[str, list[tuple[object, ...]]]


@dataclass(frozen=True)
class Flip:
    """One bit, by its byte in the file and its place in the byte."""

    byte: int
    bit: int

    def made_in(self, content: bytes) -> bytes:
        """The content with this bit turned."""
        turned = bytearray(content)
        turned[self.byte] ^= 1 << self.bit
        return bytes(turned)


@dataclass(frozen=True)
class Outcome:
    """What came of a flip. `changes_an_answer`, if some row or index is another than before.

    `fault` says what must not be: an error that is none of boxd's, a damaged backup that hides
    another one.
    """

    flip: Flip
    changes_an_answer: bool = False
    is_refused_at_start: bool = False
    is_refused_as_backup: bool = False
    fault: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether something else is said than before, and nobody notices."""
        unnoticed = not (self.is_refused_at_start and self.is_refused_as_backup)
        return bool(self.fault) or (self.changes_an_answer and unnoticed)


class Flipping:
    """A ledger at rest, its bits turned one at a time."""

    def __init__(self, ledger: Path, folder: Path) -> None:
        self._ledger = folder / "box" / "ledger.db"
        self._backups = folder / "backups"
        for each in (self._ledger.parent, self._backups):
            each.mkdir()
        _one_file(ledger, self._ledger)
        self._sound = self._ledger.read_bytes()
        self._expected = _answers(self._ledger)
        (self._backups / _BACKUPS[0]).write_bytes(self._sound)

    def flips(self, seed: int, count: int) -> list[Flip]:
        """So many bits of the file, by the seed."""
        chance = random.Random(seed)
        size = len(self._sound)
        return [Flip(chance.randrange(size), chance.randrange(8)) for _ in range(count)]

    def outcome(self, flip: Flip, is_thorough: bool) -> Outcome:
        """Do with the turned bit what boxd does with its ledger and its backups.

        If `is_thorough`, compare it with a backup too, as before a restore.
        """
        content = flip.made_in(self._sound)
        newest = self._backups / _BACKUPS[1]
        for file in (self._ledger, newest):
            file.write_bytes(content)
        changed = self._is_changed()
        try:
            if is_thorough:
                restore.outlook(self._backups / _BACKUPS[0], self._ledger, NOW)
            damaged, whole = backup.listing(self._backups, whole=True)
            at_start = _is_refused(lambda: open_ledger(self._ledger).close())
        except Exception as error:  # noqa: BLE001 - which one, is the finding
            return Outcome(flip, changed, fault=repr(error))
        finally:
            for part in ("-wal", "-shm", "-journal"):
                self._ledger.with_name(self._ledger.name + part).unlink(missing_ok=True)
        hidden = "" if whole.contents else f"the other backup is hidden: {whole.why}"
        return Outcome(flip, changed, at_start, damaged.contents is None, hidden)

    def _is_changed(self) -> bool:
        try:
            return _answers(self._ledger) != self._expected
        except (sqlite3.Error, UnicodeDecodeError):
            return True


def _is_refused(opening: Callable[[], None]) -> bool:
    try:
        opening()
    except BoxdError:
        return True
    return False


def _one_file(ledger: Path, target: Path) -> None:
    shutil.copyfile(ledger, target)
    with closing(sqlite3.connect(target)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def _answers(file: Path) -> Answers:
    """Every row of every table, and what the indexes have beside them."""
    uri = f"{file.as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        connection.text_factory = bytes
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        found = {
            str(name): connection.execute(f'SELECT * FROM "{name.decode()}"').fetchall()  # noqa: S608
            for (name,) in tables.fetchall()
        }
        found["indexes"] = connection.execute("PRAGMA integrity_check").fetchall()
        found["schema"] = connection.execute("SELECT * FROM sqlite_master").fetchall()
        return found
