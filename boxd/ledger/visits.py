"""The other side of a moving code: a box takes it in, and gives it back if nobody used it.

A visiting code is a row of its own with a unit of this box; each visit is a new one. Each function
is one transaction, and may be repeated.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from boxd.errors import NotFound, Refused
from boxd.ledger import attendees, audit, codes, moves, stock
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Transaction
from boxd.redemption import Refusal
from boxd.spending_right import Given, TakenIn, VisitOutcome

_BOXD = "boxd"


def take_in(tx: Transaction, given: Given, digits: str, box: str, keys: CodeKeys) -> TakenIn:
    """Take the code in and hold a unit for it, or note for good that it was not taken."""
    if moves.find(tx, given.move, "taken_in") is not None:
        return TakenIn(True)
    if (before := moves.find(tx, given.move, "not_taken_in")) is not None:
        return TakenIn(False, before.detail["why"])
    if _is_of_an_earlier_run(tx, given):
        return _not_taken(tx, given, Refusal.OTHER_BOX)
    digest = keys.digest(digits)
    if tx.connection.execute("SELECT 1 FROM codes WHERE digest = ?", (digest,)).fetchone():
        return _not_taken(tx, given, Refusal.OTHER_BOX)
    if not _has_unit(tx, given.sku):
        return _not_taken(tx, given, Refusal.NOT_HERE)
    attendee = attendees.number_of(tx, given.attendee)
    number = tx.connection.execute(
        "INSERT INTO codes (digest, sealed, box, attendee, sku, state, issued_at, expires_at)"
        " VALUES (?,?,?,?,?,'ready',?,?) RETURNING id",
        (digest, keys.seal(digits), box, attendee, given.sku, tx.at, given.expires_at),
    ).fetchone()[0]
    told: audit.Detail = {"attendee": attendee, "expires_at": given.expires_at}
    audit.append(tx, audit.Entry(_BOXD, "code.issued", code=number, sku=given.sku, detail=told))
    on_hand, held = stock.StockLocation.ON_HAND, stock.StockLocation.HELD
    stock.move(tx, stock.Movement(given.sku, on_hand, held, _BOXD, "code moved here", code=number))
    tx.connection.execute(
        "INSERT INTO rights (code, home, home_code, epoch, is_here, other, move, since)"
        " VALUES (?,?,?,?,1,?,?,?)",
        (number, given.home, given.code, given.epoch, given.home, given.move, tx.at),
    )
    moves.record(tx, given.move, "taken_in", moves.MoveStep(number, given.epoch, given.home, {}))
    _tell(tx, "right.taken_in", number, given)
    return TakenIn(True)


def outcome(tx: Transaction, given: Given, unused_after: timedelta) -> VisitOutcome | None:
    """What became of the code here; None while a person is at it, or may be in a moment.

    One that nobody used for `unused_after` is given back by this call, for good.
    """
    if moves.find(tx, given.move, "given_back") is not None:
        return VisitOutcome.BACK
    taken = moves.find(tx, given.move, "taken_in")
    if taken is None or taken.code is None:
        # It was taken in, or nobody would ask: this ledger is an older one. Not twice, then.
        return VisitOutcome.SPENT
    row = tx.connection.execute(
        "SELECT codes.state, codes.sku, rights.since, EXISTS (SELECT 1 FROM redemptions"
        " WHERE redemptions.code = codes.id) AS was_claimed"
        " FROM codes JOIN rights ON rights.code = codes.id WHERE codes.id = ?",
        (taken.code,),
    ).fetchone()
    if row["state"] == "in_use":
        return None
    if row["state"] != "ready":
        return VisitOutcome.SPENT
    waits_until = datetime.fromisoformat(row["since"]) + unused_after
    if not row["was_claimed"] and datetime.fromisoformat(tx.at) < waits_until:
        return None
    _give_back(tx, given, taken.code)
    return VisitOutcome.BACK


def _give_back(tx: Transaction, given: Given, code: int) -> None:
    codes.end(tx, code, "voided", _BOXD, f"its right is back at box {given.home}")
    # The same digits may come again, as another visit.
    tx.connection.execute("UPDATE codes SET digest = randomblob(32) WHERE id = ?", (code,))
    tx.connection.execute(
        "UPDATE rights SET epoch = epoch + 1, is_here = 0, since = ? WHERE code = ?", (tx.at, code)
    )
    moves.record(
        tx, given.move, "given_back", moves.MoveStep(code, given.epoch + 1, given.home, {})
    )
    _tell(tx, "right.given_back", code, given)


def _is_of_an_earlier_run(tx: Transaction, given: Given) -> bool:
    """Whether the home has started since, called the roll, and may not know of this any more."""
    called = tx.connection.execute(
        "SELECT run FROM roll_calls WHERE home = ?", (given.home,)
    ).fetchone()
    return called is not None and called["run"] != given.run


def _has_unit(tx: Transaction, sku: str) -> bool:
    try:
        return int(str(stock.find(tx.connection, sku)["on_hand"])) > 0
    except (NotFound, Refused):
        return False


def _not_taken(tx: Transaction, given: Given, why: Refusal) -> TakenIn:
    step = moves.MoveStep(None, given.epoch, given.home, {"why": why.value})
    moves.record(tx, given.move, "not_taken_in", step)
    return TakenIn(False, why.value)


def _tell(tx: Transaction, action: str, code: int, given: Given) -> None:
    detail: audit.Detail = {"move": given.move, "epoch": given.epoch, "box": given.home}
    audit.append(tx, audit.Entry(_BOXD, action, code=code, detail=detail))
