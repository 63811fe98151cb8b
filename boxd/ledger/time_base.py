"""The box's time base in the ledger: kept across restarts, corrected with all that it dated."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from boxd.clock import TimeBase, moved_s, warning
from boxd.errors import LedgerDamaged
from boxd.ledger import alarms, audit
from boxd.ledger.ledger import Transaction, as_text

ALARM = "clock"


def load(connection: sqlite3.Connection) -> TimeBase | None:
    """The box's last time base, with the newest time of any record; None on a new ledger.

    A time base that can't be read counts as none: the box begins again from the newest record.
    Raises LedgerDamaged if that has no time either.
    """
    last = _last_record(connection)
    row = _row(connection)
    if row is not None:  # a boxd that trusted the wall clock has written none
        with suppress(ValueError):
            zero, newest = _moment(row["zero"]), _moment(row["newest"])
            newest = max(newest, last) if last else newest
            return TimeBase(row["boot"], zero, newest, bool(row["is_sure"]), row["off_s"])
    return TimeBase("", last, last, False) if last else None


def _last_record(connection: sqlite3.Connection) -> datetime | None:
    last = connection.execute("SELECT seq, at FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    try:
        return _moment(last["at"]) if last else None
    except ValueError as error:
        raise LedgerDamaged(
            f"entry {last['seq']} of the audit trail has no time ({error});"
            " restore a backup: boxd backup list --verify"
        ) from error


def _row(connection: sqlite3.Connection) -> sqlite3.Row | None:
    """A ledger that is only read may lack the table: its boxd is about to be upgraded."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'clock'").fetchone() is None:
        return None
    found: sqlite3.Row | None = connection.execute("SELECT * FROM clock").fetchone()
    return found


def adopt(tx: Transaction, before: TimeBase | None, after: TimeBase, by: str, boot_s: float) -> int:
    """Use this time base; corrects codes dated by a guess, and returns how many."""
    tx = replace(tx, at=as_text(after.at(boot_s)))
    keep(tx, after)
    by_s = 0.0 if before is None else moved_s(before, after)
    if by_s:
        detail: audit.Detail = {"by_s": round(by_s, 3)}
        audit.append(tx, audit.Entry(by, "clock.moved", detail=detail))
    _show(tx, after, boot_s)
    return _date_codes_anew(tx, by_s) if after.is_sure else 0


def keep(tx: Transaction, standing: TimeBase) -> None:
    """Store the time base."""
    tx.connection.execute(
        "INSERT OR REPLACE INTO clock (id, boot, zero, newest, is_sure, off_s)"
        " VALUES (1,?,?,?,?,?)",
        (
            standing.boot,
            as_text(standing.zero),
            as_text(standing.newest),
            int(standing.is_sure),
            standing.off_s,
        ),
    )


def _show(tx: Transaction, standing: TimeBase, boot_s: float) -> None:
    """Keep one alarm with the present state for as long as the wall clock is not trusted."""
    alarms.clear(tx, ALARM, "box")
    if text := warning(standing, boot_s):
        alarms.raise_alarm(tx, ALARM, "box", text)


def _date_codes_anew(tx: Transaction, by_s: float) -> int:
    """Correct the expiry of codes that were issued before the clock was sure."""
    moved = tx.connection.execute(
        "UPDATE codes SET is_unsure = 0, expires_at = CASE"
        " WHEN state IN ('ready', 'in_use') THEN strftime('%Y-%m-%dT%H:%M:%fZ', expires_at, ?)"
        " ELSE expires_at END"
        " WHERE is_unsure = 1",
        (f"{by_s:+.3f} seconds",),
    ).rowcount
    if moved and by_s:
        detail: audit.Detail = {"codes": moved, "by_s": round(by_s, 3)}
        audit.append(tx, audit.Entry("boxd", "codes.dated_anew", detail=detail))
    return moved


def _moment(text: str) -> datetime:
    """Raises ValueError for anything but a time."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"'{text}' does not say of which zone it is")
    return moment
