"""The claim: a typed code becomes an open redemption, or a refusal with its reason."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from boxd.ledger import audit, codes, lockers, lockouts, redemption_standings
from boxd.ledger.ledger import Transaction
from boxd.redemption import RedemptionStanding, Refusal


@dataclass(frozen=True)
class Claim:
    """One Enter at a bay: the typed code's digest, and whether its check digit fits.

    A known code of any length is good: codes stay valid when the configured length changes.
    `home` is the box to which the attendee goes, in words, if the code is at home there;
    `why_at_home` what that box said to this one, if it refused. Codes up to number `in_doubt` may
    have been used at another box, which this ledger does not remember.
    """

    redemption: str
    bay: str
    digest: bytes
    well_formed: bool
    home: str = ""
    why_at_home: Refusal | None = None
    in_doubt: int = 0


@dataclass(frozen=True)
class ClaimRules:
    """What decides about a claim. `lockers` are the bay's usable ones, best first."""

    box: str
    lockers: Sequence[int]
    lockout: lockouts.LockoutRule
    clock: lockouts.BootClock


def claim(tx: Transaction, asked: Claim, rules: ClaimRules) -> RedemptionStanding:
    """Decide a claim once; for an id that was decided before, return its redemption's state."""
    if (known := redemption_standings.find(tx.connection, asked.redemption)) is not None:
        return known
    code = code_with(tx.connection, asked.digest)
    free = lockers.free_among(tx.connection, rules.lockers)
    refusal = _refusal(tx, asked, rules, code, free)
    if refusal is None and code is not None:
        _accept(tx, asked, code, free[0])
    else:
        _refuse(tx, asked, refusal or Refusal.UNKNOWN, code, rules)
    return redemption_standings.require(tx.connection, asked.redemption)


def knows(connection: sqlite3.Connection, digest: bytes) -> bool:
    """Whether the ledger has the code, at home here or visiting."""
    return code_with(connection, digest) is not None


def code_with(connection: sqlite3.Connection, digest: bytes) -> sqlite3.Row | None:
    """The code, with its state and all else that a reason to refuse it may look at."""
    found: sqlite3.Row | None = connection.execute(
        "SELECT * FROM codes WHERE digest = ?", (digest,)
    ).fetchone()
    return found


def _refusal(
    tx: Transaction, asked: Claim, rules: ClaimRules, code: sqlite3.Row | None, free: list[int]
) -> Refusal | None:
    if lockouts.remaining_s(tx.connection, asked.bay, rules.clock) > 0:
        return Refusal.LOCKED_OUT
    if any(other.bay == asked.bay for other in redemption_standings.open_ones(tx.connection)):
        return Refusal.BAY_BUSY
    if code is None and asked.home:
        return asked.why_at_home or Refusal.OTHER_BOX
    if code is None:
        return Refusal.UNKNOWN if asked.well_formed else Refusal.MISTYPED
    if (why := refusal_of_code(tx.at, code, rules.box)) is not None:
        return why
    if code["id"] <= asked.in_doubt:
        return Refusal.UNSURE
    return None if free else Refusal.NO_LOCKER


def refusal_of_code(at: str, code: sqlite3.Row, box: str) -> Refusal | None:
    """Why the code, a row with its state, can't be spent at this box; None if it can."""
    by_state = {
        "spent": Refusal.USED,
        "in_use": Refusal.IN_USE,
        "expired": Refusal.EXPIRED,
        "voided": Refusal.VOIDED,
    }
    if code["state"] in by_state:
        return by_state[code["state"]]
    if code["expires_at"] <= at:
        return Refusal.EXPIRED
    return None if code["box"] == box else Refusal.OTHER_BOX


def _accept(tx: Transaction, asked: Claim, code: sqlite3.Row, locker: int) -> None:
    tx.connection.execute("UPDATE codes SET state = 'in_use' WHERE id = ?", (code["id"],))
    tx.connection.execute(
        "INSERT INTO redemptions (id, bay, stage, locker, code, sku, begun_at, since)"
        " VALUES (?,?,'load',?,?,?,?,?)",
        (asked.redemption, asked.bay, locker, code["id"], code["sku"], tx.at, tx.at),
    )
    audit.append(
        tx,
        audit.Entry(
            actor="attendee",
            action="claim.accepted",
            redemption=asked.redemption,
            bay=asked.bay,
            locker=locker,
            code=code["id"],
            sku=code["sku"],
        ),
    )


def _refuse(
    tx: Transaction, asked: Claim, refusal: Refusal, code: sqlite3.Row | None, rules: ClaimRules
) -> None:
    number = code["id"] if code else None
    home = asked.home if refusal is Refusal.OTHER_BOX and asked.home else None
    tx.connection.execute(
        "INSERT INTO redemptions (id, bay, stage, code, refusal, home, begun_at, since, ended_at)"
        " VALUES (?,?,'refused',?,?,?,?,?,?)",
        (asked.redemption, asked.bay, number, refusal, home, tx.at, tx.at, tx.at),
    )
    audit.append(
        tx,
        audit.Entry(
            actor="attendee",
            action="claim.refused",
            cause=refusal.value,
            redemption=asked.redemption,
            bay=asked.bay,
            code=number,
        ),
    )
    if refusal is Refusal.UNKNOWN:
        lockouts.count_wrong(tx, asked.bay, rules.lockout, rules.clock)
    if code is not None and refusal is Refusal.EXPIRED and code["state"] == "ready":
        codes.end(tx, code["id"], "expired", "boxd", "its time has passed")
