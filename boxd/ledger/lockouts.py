"""How long wrong guesses lock a bay's keypad or a PIN: doubling, and safe across restarts.

A place is where guesses are counted: a bay, or what boxd/ledger/pins.py counts.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from boxd.ledger import audit
from boxd.ledger.ledger import Transaction
from boxd.machine_clock import boot_id, boot_s


@dataclass(frozen=True)
class BootClock:
    """Seconds since this boot, and which boot it is: a clock that no network can set."""

    boot: str
    seconds: float


@dataclass(frozen=True)
class LockoutRule:
    """Lock after `wrong_codes` wrong guesses for `first_s`, then twice as long each time."""

    wrong_codes: int
    first_s: float
    longest_s: float


def boot_clock() -> BootClock:
    """The boot clock of this machine; it runs on while the machine sleeps."""
    return BootClock(boot_id(), boot_s())


def remaining_s(connection: sqlite3.Connection, bay: str, clock: BootClock) -> float:
    """For how many seconds the keypad of `bay` is still locked; 0 when it is not."""
    row = connection.execute(
        "SELECT lock_s, boot, until_s FROM lockouts WHERE bay = ?", (bay,)
    ).fetchone()
    if row is None or row["lock_s"] == 0:
        return 0.0
    if row["boot"] != clock.boot:
        return float(row["lock_s"])
    return max(0.0, float(row["until_s"]) - clock.seconds)


def adopt_after_boot(tx: Transaction, clock: BootClock) -> None:
    """Let locks of an earlier boot run anew on this boot's clock; those that ran out are over."""
    tx.connection.execute(
        "UPDATE lockouts SET lock_s = 0, until_s = 0 WHERE boot = ? AND until_s <= ?",
        (clock.boot, clock.seconds),
    )
    tx.connection.execute(
        "UPDATE lockouts SET boot = ?, until_s = ? + lock_s WHERE lock_s > 0 AND boot <> ?",
        (clock.boot, clock.seconds, clock.boot),
    )


def count_wrong(tx: Transaction, bay: str, rule: LockoutRule, clock: BootClock) -> float:
    """Count a wrong code; returns the seconds for which the keypad is locked now."""
    lock_s = count(tx, bay, rule, clock)
    if lock_s:
        detail: audit.Detail = {"seconds": lock_s}
        entry = audit.Entry("boxd", "keypad.locked", "wrong codes", bay=bay, detail=detail)
        audit.append(tx, entry)
    return lock_s


def count(tx: Transaction, place: str, rule: LockoutRule, clock: BootClock) -> float:
    """Count a wrong guess at a place; returns the seconds for which it is locked now, or 0."""
    row = tx.connection.execute(
        "SELECT wrong, level FROM lockouts WHERE bay = ?", (place,)
    ).fetchone()
    wrong, level = (row["wrong"] + 1, row["level"]) if row else (1, 0)
    lock_s = 0.0
    if wrong >= rule.wrong_codes:
        lock_s = min(rule.first_s * 2 ** min(level, 30), rule.longest_s)
        wrong, level = 0, level + 1
    _store(tx, place, (wrong, level, lock_s, clock.boot, clock.seconds + lock_s))
    return lock_s


def forgive(tx: Transaction, bay: str) -> None:
    """Forget the wrong codes of a bay: a good one was typed."""
    tx.connection.execute("DELETE FROM lockouts WHERE bay = ?", (bay,))


def _store(tx: Transaction, bay: str, values: tuple[int, int, float, str, float]) -> None:
    tx.connection.execute(
        "INSERT INTO lockouts (bay, wrong, level, lock_s, boot, until_s) VALUES (?,?,?,?,?,?)"
        " ON CONFLICT (bay) DO UPDATE SET wrong = excluded.wrong, level = excluded.level,"
        " lock_s = excluded.lock_s, boot = excluded.boot, until_s = excluded.until_s",
        (bay, *values),
    )


def end_lock(tx: Transaction, bay: str) -> None:
    """The lock of a bay has run out: a later boot need not repeat it."""
    tx.connection.execute("UPDATE lockouts SET lock_s = 0, until_s = 0 WHERE bay = ?", (bay,))
