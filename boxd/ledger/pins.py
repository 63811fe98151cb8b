"""Wrong PINs: counted for each address and for all together, on the boot clock.

They are counted beside the keypads' wrong codes, under names that no bay can have. An address is
kept as a digest: the ledger need not know who that was.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from boxd.ledger import audit, lockouts
from boxd.ledger.ledger import Transaction
from boxd.ledger.lockouts import BootClock, LockoutRule

# A slip or two are nothing; a phone that guesses waits for an hour at last.
PER_ADDRESS = LockoutRule(wrong_codes=5, first_s=30, longest_s=3600)
# Many phones that guess together: at most some thousand of a million PINs in a day. Whoever has
# entered the PIN before goes on meanwhile.
FOR_ALL = LockoutRule(wrong_codes=30, first_s=60, longest_s=900)
_ALL = "pin/all"
_MOST_ADDRESSES = 1000


@dataclass(frozen=True)
class PinTried:
    """What became of a PIN: right, or wrong; `locked_s` is how long none is looked at."""

    is_right: bool
    locked_s: float


def locked_s(connection: sqlite3.Connection, address: str, clock: BootClock) -> float:
    """For how many seconds no PIN of this address's digest is looked at; 0 when one is."""
    places = (_ALL, _place(address))
    return max(lockouts.remaining_s(connection, place, clock) for place in places)


def record(tx: Transaction, address: str, is_right: bool, clock: BootClock) -> PinTried:
    """Count what an address tried; while it is locked, a right PIN is as good as a wrong one."""
    if left_s := locked_s(tx.connection, address, clock):
        return PinTried(False, left_s)
    if is_right:
        lockouts.forgive(tx, _place(address))
        lockouts.forgive(tx, _ALL)
        return PinTried(True, 0)
    _forget_oldest(tx, clock)
    alone_s = _count(tx, _place(address), PER_ADDRESS, "one phone", clock)
    all_s = _count(tx, _ALL, FOR_ALL, "all phones", clock)
    return PinTried(False, max(alone_s, all_s))


def _count(tx: Transaction, place: str, rule: LockoutRule, whom: str, clock: BootClock) -> float:
    seconds = lockouts.count(tx, place, rule, clock)
    if seconds:
        detail: audit.Detail = {"seconds": seconds, "for": whom}
        audit.append(tx, audit.Entry("boxd", "pin.locked", "wrong PINs", detail=detail))
    return seconds


def _place(address: str) -> str:
    return f"pin/{address}"


def _forget_oldest(tx: Transaction, clock: BootClock) -> None:
    """Make room: of very many addresses, those whose lock is over begin anew."""
    many = tx.connection.execute("SELECT count(*) FROM lockouts WHERE bay LIKE 'pin/%'").fetchone()
    if many[0] > _MOST_ADDRESSES:
        tx.connection.execute(
            "DELETE FROM lockouts WHERE bay LIKE 'pin/%' AND bay <> ? AND boot = ?"
            " AND until_s <= ?",
            (_ALL, clock.boot, clock.seconds),
        )
