"""Wrong PINs: counted for each client, on the boot clock, and never for all together.

A client is an address, or a phone that has entered the PIN before: all phones of a venue may have
one address. It is kept as a digest, because the ledger need not know it. The rule is the keypads':
boxd/ledger/lockouts.py.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from boxd.ledger import alarms, audit
from boxd.ledger.ledger import Transaction
from boxd.ledger.lockouts import BootClock, LockoutRule, WrongGuesses

# A slip or two are harmless; a client that guesses tries some twenty PINs of a million in a day.
# There is no lock for all: thirty wrong PINs from six phones would shut out every attendant. The
# pace at which PINs of unknown phones are checked at all is boxd/phones/verdict_service.py's.
PER_CLIENT = LockoutRule(wrong_codes=5, first_s=60, longest_s=6 * 3600)
# As many as a venue's network gives out addresses. Beyond, the oldest is forgotten.
_MOST_CLIENTS = 4096
# So many clients that are locked at one time are no slips of attendants.
_MANY_LOCKED = 5
_GUESSED = (
    "Somebody guesses the attendants' PIN from several addresses. It takes days to find one of six"
    " digits; take a longer one, or none: remove phones.attendant_pin_file and invite attendants"
    " with `boxd staff invite`."
)


@dataclass(frozen=True)
class PinTried:
    """What became of a PIN: right, or wrong; `locked_s` is for how long none is checked."""

    is_right: bool
    locked_s: float


def locked_s(connection: sqlite3.Connection, client: str, clock: BootClock) -> float:
    """For how many seconds no PIN of the client with this digest is checked; 0 if one is."""
    return _counted(connection, client).remaining_s(clock)


def record(tx: Transaction, client: str, is_right: bool, clock: BootClock) -> PinTried:
    """Count a try of a client; while it is locked, a right PIN counts as wrong."""
    if left_s := locked_s(tx.connection, client, clock):
        return PinTried(False, left_s)
    if is_right:
        tx.connection.execute("DELETE FROM wrong_pins WHERE guesser = ?", (client,))
        return PinTried(True, 0)
    _forget_oldest(tx, clock)
    return PinTried(False, _count(tx, client, clock))


def _count(tx: Transaction, guesser: str, clock: BootClock) -> float:
    now = _counted(tx.connection, guesser).with_another(PER_CLIENT, clock)
    tx.connection.execute(
        "INSERT OR REPLACE INTO wrong_pins (guesser, wrong, level, lock_s, boot, until_s)"
        " VALUES (?,?,?,?,?,?)",
        (guesser, now.wrong, now.level, now.lock_s, now.boot, now.until_s),
    )
    if now.lock_s:
        detail: audit.Detail = {"seconds": now.lock_s, "for": "one phone"}
        audit.append(tx, audit.Entry("boxd", "pin.locked", "wrong PINs", detail=detail))
        if _locked_now(tx.connection, clock) >= _MANY_LOCKED:
            alarms.raise_alarm(tx, "pin_guessed", "phones", _GUESSED)
    return now.lock_s


def _locked_now(connection: sqlite3.Connection, clock: BootClock) -> int:
    """How many clients are locked at this moment."""
    found = connection.execute(
        "SELECT count(*) FROM wrong_pins WHERE boot = ? AND until_s > ?",
        (clock.boot, clock.seconds),
    ).fetchone()
    return int(found[0])


def _counted(connection: sqlite3.Connection, guesser: str) -> WrongGuesses:
    row = connection.execute(
        "SELECT wrong, level, lock_s, boot, until_s FROM wrong_pins WHERE guesser = ?", (guesser,)
    ).fetchone()
    return WrongGuesses(*row) if row else WrongGuesses()


def _forget_oldest(tx: Transaction, clock: BootClock) -> None:
    """Make room: with very many clients, those whose lock is over are forgotten."""
    many = tx.connection.execute("SELECT count(*) FROM wrong_pins").fetchone()
    if many[0] > _MOST_CLIENTS:
        tx.connection.execute(
            "DELETE FROM wrong_pins WHERE boot = ? AND until_s <= ?",
            (clock.boot, clock.seconds),
        )
