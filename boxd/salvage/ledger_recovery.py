"""A damaged ledger put together again: prepared beside it, shown, and put in place after a yes."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from boxd.errors import BackupFailed, BoxdError, LedgerDamaged, NotFound, Refused
from boxd.ledger import alarms, audit, replacing, row_sums
from boxd.ledger.backup import newest_good
from boxd.ledger.database import PAGE_BYTES, open_ledger
from boxd.ledger.ledger import Transaction, as_text
from boxd.ledger.soundness import Contents, contents, examine
from boxd.ledger.sqlite_faults import TROUBLE, header_fault
from boxd.salvage.assembling import assemble
from boxd.salvage.carrying_over import Correction, carry_over
from boxd.salvage.evidence import Beyond, beyond
from boxd.salvage.tables import proven_tables
from boxd.salvage.trail_rows import TrailRow, rows_in
from boxd.words import N_

_RECOVERED = N_(
    "The ledger was damaged and is put together again from {file}. Codes that are known to be used"
    " are void. Count the stock (`boxd recover after-a-restore`); `boxd alarms clear` ends this"
    " alarm."
)
_BEING_MADE = "being-recovered"
# What SQLite's header has at these places in every ledger of boxd; see `sqlite_faults`.
_HEADER = {
    0: b"SQLite format 3\0" + PAGE_BYTES.to_bytes(2, "big") + bytes((2, 2, 0, 64, 32, 32)),
    44: bytes((0, 0, 0, 4)),
    56: bytes((0, 0, 0, 1)),
    72: bytes(20),
}


@dataclass(frozen=True)
class RecoveredLedger:
    """What the recovered ledger is made of; nothing is in place yet.

    `base` is None if each row of the damaged ledger is proven, else the backup that it begins
    with; `unproven` are the tables for whose rows nothing stands, `redemptions` those that are
    known, and `orders` how many orders to latches.
    """

    base: Path | None
    why_damaged: str
    unproven: tuple[str, ...]
    contents: Contents
    beyond: Beyond
    changes: tuple[Correction, ...]
    prepared: Path
    set_aside: Path
    redemptions: frozenset[str]
    orders: int


def recover(
    ledger: Path,
    backups: Path,
    actor: str,
    now: datetime,
    agreed: Callable[[RecoveredLedger], bool],
) -> RecoveredLedger:
    """Put the ledger together, and in place of the damaged one if `agreed` says so of it.

    The caller holds the box's lock. The damaged file is read, never written, and kept aside. A
    power cut before the decision changes nothing, and one after it neither. Raises Refused if the
    ledger is whole, LedgerDamaged if nothing can be made of it, NotFound, BackupFailed for a
    disk error.
    """
    replacing.finish(ledger)
    if not ledger.exists():
        raise NotFound(f"there is no ledger at {ledger}; `boxd backup restore FILE` puts one there")
    at = as_text(now)
    stamp = at.replace(":", "-")
    folder = ledger.with_name(_BEING_MADE)
    try:
        found = _put_together(ledger, backups, folder, (actor, at))
        if agreed(found):
            replacing.decide(found.prepared, ledger, stamp)
            replacing.finish(ledger)
    except (OSError, sqlite3.Error) as error:
        raise BackupFailed(
            f"{ledger} could not be recovered ({error}); it is as it was. Look at the disk: full"
            " (df -h), read-only (mount), failing (dmesg); then try again"
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return found


def _put_together(
    ledger: Path, backups: Path, folder: Path, by: tuple[str, str]
) -> RecoveredLedger:
    shutil.rmtree(folder, ignore_errors=True)
    damaged, sound, made = (
        folder / name / ledger.name for name in ("damaged", "sound", "recovered")
    )
    for file in (damaged, sound, made):
        file.parent.mkdir(mode=0o750, parents=True)
    trail = rows_in(ledger, PAGE_BYTES)
    why = _copy(ledger, damaged)
    backup = newest_good(backups)
    if backup is not None:
        shutil.copyfile(backup.file, sound)
    open_ledger(sound).close()
    unproven = _assemble(damaged, sound, made, trail)
    if unproven:
        if backup is None:
            raise LedgerDamaged(
                f"{ledger} is damaged ({why}), no row sum proves its {', '.join(unproven)}, and"
                f" there is no whole backup in {backups}: look for a backup elsewhere (a stick,"
                " another computer), then `boxd backup restore FILE`. Nothing was changed"
            )
        made.unlink(missing_ok=True)
        shutil.copyfile(sound, made)
    base = backup.file if backup is not None and unproven else None
    return _written(made, trail, by, (ledger, why, base, unproven))


def _copy(ledger: Path, copy: Path) -> str:
    """Copy the ledger and its log; returns what is wrong with it, empty if nothing is."""
    for part in ("", "-wal"):
        if (own := ledger.with_name(ledger.name + part)).exists():
            shutil.copyfile(own, copy.with_name(copy.name + part))
    why = header_fault(copy)
    with copy.open("r+b") as opened:  # SQLite reads nothing under a header that is wrong
        for place, content in _HEADER.items():
            opened.seek(place)
            opened.write(content)
    with suppress(*TROUBLE), closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")  # folds the log in
    try:
        examine(copy)
    except BoxdError as error:
        found = str(error)
        return why or found[found.find("(") + 1 : found.rfind(")")]
    return why


def _assemble(damaged: Path, sound: Path, made: Path, trail: list[TrailRow]) -> tuple[str, ...]:
    """Make the ledger of the damaged one's own rows; returns what can't be proven of it."""
    try:
        with (
            closing(sqlite3.connect(damaged)) as old,
            closing(sqlite3.connect(sound)) as whole,
        ):
            old.text_factory = _as_text
            proven = proven_tables(old, whole, [row.values for row in trail])
            if proven.unproven:
                return proven.unproven
            assemble(made, proven.rows, old)
        examine(made)
    except (*TROUBLE, LedgerDamaged):
        return ("schema or sequences",)
    return ()


def _as_text(content: bytes) -> str:
    """Text of a damaged file; what is no UTF-8 is none of its rows."""
    return content.decode("utf-8", "surrogateescape")


def _written(
    made: Path,
    trail: list[TrailRow],
    by: tuple[str, str],
    about: tuple[Path, str, Path | None, tuple[str, ...]],
) -> RecoveredLedger:
    """Write into the prepared ledger what is proven beyond it, and that it was recovered."""
    (actor, at), (ledger, why, base, unproven) = by, about
    with closing(open_ledger(made)) as connection:
        before = contents(connection)
        later = beyond(connection, trail)
        if not why and not later.rows:
            raise Refused(
                f"{ledger} is whole: there is nothing to recover, and nothing was changed"
            )
        connection.execute("BEGIN IMMEDIATE")
        tx = Transaction(connection, at)
        changes = carry_over(tx, later, actor)
        _tell(tx, actor, ledger if base is None else base, len(changes))
        row_sums.make(connection)
        connection.execute("COMMIT")
        orders = int(connection.execute("SELECT count(*) FROM actuations").fetchone()[0])
        known = {str(row[0]) for row in connection.execute("SELECT id FROM redemptions")}
        connection.execute("PRAGMA journal_mode = DELETE")  # everything in one file
    made.chmod(0o640)
    replacing.flush(made)
    examine(made)
    return RecoveredLedger(
        base,
        why or "rows of its trail are missing",
        unproven,
        before,
        later,
        tuple(changes),
        made.parent,
        replacing.set_aside_for(ledger, at.replace(":", "-")),
        frozenset(known | {row.redemption for row in trail if row.redemption}),
        orders + sum(_is_order_since(row, before) for row in trail),
    )


def _is_order_since(row: TrailRow, base: Contents) -> bool:
    return row.action == "actuation.intended" and row.seq > base.entries


def _tell(tx: Transaction, actor: str, source: Path, changes: int) -> None:
    detail: audit.Detail = {"recovered": True, "changes": changes}
    audit.append(tx, audit.Entry(actor, "ledger.restored", source.name, detail=detail))
    alarms.raise_alarm(tx, "ledger_restored", source.name, _RECOVERED.format(file=source.name))
