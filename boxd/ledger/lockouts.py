"""How long wrong guesses lock: doubling, across restarts; and the locks of the bays' keypads.

Wrong PINs follow the same rule and have a table of their own: boxd/ledger/pins.py.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from boxd.ledger import audit
from boxd.ledger.ledger import Transaction
from boxd.machine_clock import boot_id, boot_s

# So long after a wrong guess or a lock, the next lock is one step shorter.
STEP_DOWN_S = 3600.0

_KEPT_IN = ("lockouts", "wrong_pins")


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


@dataclass(frozen=True)
class WrongGuesses:
    """The wrong guesses since the last lock, and the lock, of one guesser.

    While `boot` is this boot, the lock ends at `until_s` on its boot clock, or ended there. After
    another boot the whole `lock_s` begins again, because no clock knows how long the power was off.
    """

    wrong: int = 0
    level: int = 0
    lock_s: float = 0.0
    boot: str = ""
    until_s: float = 0.0

    def remaining_s(self, clock: BootClock) -> float:
        """The lock's remaining seconds; 0 if there is none."""
        if self.lock_s == 0:
            return 0.0
        if self.boot != clock.boot:
            return self.lock_s
        return max(0.0, self.until_s - clock.seconds)

    def with_another(self, rule: LockoutRule, clock: BootClock) -> WrongGuesses:
        """The count after one more wrong guess; `lock_s` is above 0 if that one locks."""
        if self.wrong + 1 < rule.wrong_codes:
            level = self._level_at(clock)
            return WrongGuesses(self.wrong + 1, level, 0.0, clock.boot, clock.seconds)
        level = self._level_at(clock)
        lock_s = min(rule.first_s * 2 ** min(level, 30), rule.longest_s)
        # Above the longest lock a level would only delay the way down.
        level += lock_s < rule.longest_s
        return WrongGuesses(0, level, lock_s, clock.boot, clock.seconds + lock_s)

    def _level_at(self, clock: BootClock) -> int:
        """How often the next lock is doubled."""
        if self.boot != clock.boot:
            return self.level
        quiet_s = max(0.0, clock.seconds - self.until_s)
        return max(0, self.level - int(quiet_s / STEP_DOWN_S))


def boot_clock() -> BootClock:
    """The boot clock of this machine; it runs on while the machine sleeps."""
    return BootClock(boot_id(), boot_s())


def remaining_s(connection: sqlite3.Connection, bay: str, clock: BootClock) -> float:
    """For how many seconds the keypad of `bay` is still locked; 0 if it is not."""
    return _counted(connection, bay).remaining_s(clock)


def adopt_after_boot(tx: Transaction, clock: BootClock) -> None:
    """Let locks of an earlier boot begin again on this boot's clock; end those that ran out.

    Those of the keypads, and those of the phones that guessed a PIN.
    """
    for table in _KEPT_IN:
        tx.connection.execute(
            f"UPDATE {table} SET lock_s = 0, until_s = 0 WHERE boot = ? AND until_s <= ?",
            (clock.boot, clock.seconds),
        )
        tx.connection.execute(
            f"UPDATE {table} SET boot = ?, until_s = ? + lock_s WHERE lock_s > 0 AND boot <> ?",
            (clock.boot, clock.seconds, clock.boot),
        )


def count_wrong(tx: Transaction, bay: str, rule: LockoutRule, clock: BootClock) -> float:
    """Count a wrong code; returns the seconds for which the keypad is locked now."""
    now = _counted(tx.connection, bay).with_another(rule, clock)
    tx.connection.execute(
        "INSERT OR REPLACE INTO lockouts (bay, wrong, level, lock_s, boot, until_s)"
        " VALUES (?,?,?,?,?,?)",
        (bay, now.wrong, now.level, now.lock_s, now.boot, now.until_s),
    )
    if now.lock_s:
        detail: audit.Detail = {"seconds": now.lock_s}
        entry = audit.Entry("boxd", "keypad.locked", "wrong codes", bay=bay, detail=detail)
        audit.append(tx, entry)
    return now.lock_s


def forgive_one(tx: Transaction, bay: str) -> None:
    """Forget one wrong code of a bay, because a prize was given out there."""
    tx.connection.execute(
        "UPDATE lockouts SET wrong = wrong - 1 WHERE bay = ? AND wrong > 0", (bay,)
    )


def end_lock(tx: Transaction, bay: str) -> None:
    """Record that a bay's lock is over, so that a later boot does not repeat it."""
    tx.connection.execute("UPDATE lockouts SET lock_s = 0 WHERE bay = ?", (bay,))


def _counted(connection: sqlite3.Connection, bay: str) -> WrongGuesses:
    row = connection.execute(
        "SELECT wrong, level, lock_s, boot, until_s FROM lockouts WHERE bay = ?", (bay,)
    ).fetchone()
    return WrongGuesses(*row) if row else WrongGuesses()
