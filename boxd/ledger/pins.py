"""Wrong PINs: counted for each address and for all together, on the boot clock.

An address is kept as a digest, because the ledger need not know it. The rule is the keypads':
boxd/ledger/lockouts.py.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from boxd.ledger import audit
from boxd.ledger.ledger import Transaction
from boxd.ledger.lockouts import BootClock, LockoutRule, WrongGuesses

# A slip or two are harmless; a phone that guesses has to wait up to an hour.
PER_ADDRESS = LockoutRule(wrong_codes=5, first_s=30, longest_s=3600)
# Many phones that guess together try at most some thousand of a million PINs in a day. A phone that
# has entered the PIN before is not affected.
FOR_ALL = LockoutRule(wrong_codes=30, first_s=60, longest_s=900)
_ALL = "all"  # shorter than any digest
_MOST_ADDRESSES = 1000


@dataclass(frozen=True)
class PinTried:
    """What became of a PIN: right, or wrong; `locked_s` is for how long none is checked."""

    is_right: bool
    locked_s: float


def locked_s(connection: sqlite3.Connection, address: str, clock: BootClock) -> float:
    """For how many seconds no PIN of this address's digest is checked; 0 if one is."""
    return max(_counted(connection, guesser).remaining_s(clock) for guesser in (_ALL, address))


def record(tx: Transaction, address: str, is_right: bool, clock: BootClock) -> PinTried:
    """Count a try of an address; while it is locked, a right PIN counts as wrong."""
    if left_s := locked_s(tx.connection, address, clock):
        return PinTried(False, left_s)
    if is_right:
        tx.connection.execute("DELETE FROM wrong_pins WHERE guesser IN (?, ?)", (address, _ALL))
        return PinTried(True, 0)
    _forget_oldest(tx, clock)
    alone_s = _count(tx, address, PER_ADDRESS, "one phone", clock)
    all_s = _count(tx, _ALL, FOR_ALL, "all phones", clock)
    return PinTried(False, max(alone_s, all_s))


def adopt_after_boot(tx: Transaction, clock: BootClock) -> None:
    """Let locks of an earlier boot begin again on this boot's clock; end those that ran out."""
    tx.connection.execute(
        "UPDATE wrong_pins SET lock_s = 0, until_s = 0 WHERE boot = ? AND until_s <= ?",
        (clock.boot, clock.seconds),
    )
    tx.connection.execute(
        "UPDATE wrong_pins SET boot = ?, until_s = ? + lock_s WHERE lock_s > 0 AND boot <> ?",
        (clock.boot, clock.seconds, clock.boot),
    )


def _count(tx: Transaction, guesser: str, rule: LockoutRule, whom: str, clock: BootClock) -> float:
    now = _counted(tx.connection, guesser).with_another(rule, clock)
    tx.connection.execute(
        "INSERT OR REPLACE INTO wrong_pins (guesser, wrong, level, lock_s, boot, until_s)"
        " VALUES (?,?,?,?,?,?)",
        (guesser, now.wrong, now.level, now.lock_s, now.boot, now.until_s),
    )
    if now.lock_s:
        detail: audit.Detail = {"seconds": now.lock_s, "for": whom}
        audit.append(tx, audit.Entry("boxd", "pin.locked", "wrong PINs", detail=detail))
    return now.lock_s


def _counted(connection: sqlite3.Connection, guesser: str) -> WrongGuesses:
    row = connection.execute(
        "SELECT wrong, level, lock_s, boot, until_s FROM wrong_pins WHERE guesser = ?", (guesser,)
    ).fetchone()
    return WrongGuesses(*row) if row else WrongGuesses()


def _forget_oldest(tx: Transaction, clock: BootClock) -> None:
    """Make room: with very many addresses, those whose lock is over are forgotten."""
    many = tx.connection.execute("SELECT count(*) FROM wrong_pins").fetchone()
    if many[0] > _MOST_ADDRESSES:
        tx.connection.execute(
            "DELETE FROM wrong_pins WHERE guesser <> ? AND boot = ? AND until_s <= ?",
            (_ALL, clock.boot, clock.seconds),
        )
