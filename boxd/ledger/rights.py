"""The home's side of a moving code: it gives the spending right away, and takes it back.

A code that is away is `in_use`, and its unit stays held: nobody can spend, void or expire it here
until its fate at the other box is known. Each function is one transaction, and may be repeated.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from boxd.ledger import attendees, audit, codes, moves
from boxd.ledger.claims import code_with, refusal_of_code
from boxd.ledger.ledger import Transaction
from boxd.redemption import Refusal
from boxd.spending_right import Given, RightWanted, VisitOutcome

_BOXD = "boxd"


def give(tx: Transaction, wanted: RightWanted, digest: bytes, box: str, own: int) -> Given:
    """Give the right to the asking box, unless the code can't be spent here itself."""
    if (known := moves.find(tx, wanted.move, "given")) is not None:
        return Given(wanted.move, own, code=known.code or 0, epoch=known.epoch, **known.detail)
    if (never := moves.find(tx, wanted.move, "not_given")) is not None:
        return Given(wanted.move, own, why_not=never.detail["why"])
    code = code_with(tx.connection, digest)
    why = Refusal.UNKNOWN if code is None else refusal_of_code(tx.at, code, box)
    if code is None or why is not None:
        return _not_given(tx, wanted, own, (why or Refusal.UNKNOWN).value)
    epoch = epoch_of(tx.connection, code["id"]) + 1
    step = mark_given(tx, wanted.move, own, code, moves.MoveStep(code["id"], epoch, wanted.by, {}))
    return Given(wanted.move, own, code=code["id"], epoch=epoch, **step.detail)


def mark_given(
    tx: Transaction, move: str, own: int, code: sqlite3.Row, step: moves.MoveStep
) -> moves.MoveStep:
    """Write down that the right is away; returns the step with what the other box has to know."""
    tx.connection.execute("UPDATE codes SET state = 'in_use' WHERE id = ?", (code["id"],))
    tx.connection.execute(
        "INSERT OR REPLACE INTO rights (code, home, home_code, epoch, is_here, other, move, since)"
        " VALUES (?,?,?,?,0,?,?,?)",
        (code["id"], own, code["id"], step.epoch, step.other, move, tx.at),
    )
    detail = {
        "sku": code["sku"],
        "attendee": attendees.find(tx.connection, code["attendee"]).reference or "",
        "expires_at": code["expires_at"],
    }
    given = replace(step, detail=detail)
    moves.record(tx, move, "given", given)
    _tell(tx, "right.given", code["id"], move, step.epoch, step.other)
    return given


def settle(tx: Transaction, move: str, outcome: VisitOutcome, by: int) -> None:
    """End the move at home: the code was spent there, or its right is back.

    A move that was never given is noted, so that an order to give that comes late gives nothing.
    """
    if moves.find(tx, move, "settled") or moves.find(tx, move, "not_given"):
        return
    given = moves.find(tx, move, "given")
    if given is None or given.code is None:
        never = moves.MoveStep(None, 0, by, {"why": Refusal.OTHER_BOX.value})
        moves.record(tx, move, "not_given", never)
    else:
        end(tx, move, given, given.code, outcome)


def end(
    tx: Transaction, move: str, given: moves.MoveStep, code: int, outcome: VisitOutcome
) -> None:
    """End a move that was given and not settled."""
    if outcome is VisitOutcome.SPENT:
        codes.end(tx, code, "voided", _BOXD, f"it was used at box {given.other}")
        moves.record(tx, move, "settled", given)
        _tell(tx, "right.settled", code, move, given.epoch, given.other)
    else:
        _take_back(tx, move, given, code)


def _take_back(tx: Transaction, move: str, given: moves.MoveStep, code: int) -> None:
    epoch = given.epoch + 1
    tx.connection.execute(
        "UPDATE rights SET epoch = ?, is_here = 1, since = ? WHERE code = ?", (epoch, tx.at, code)
    )
    tx.connection.execute("UPDATE codes SET state = 'ready' WHERE id = ?", (code,))
    moves.record(tx, move, "taken_back", given)
    moves.record(tx, move, "settled", given)
    _tell(tx, "right.taken_back", code, move, epoch, given.other)


def _not_given(tx: Transaction, wanted: RightWanted, own: int, why: str) -> Given:
    moves.record(tx, wanted.move, "not_given", moves.MoveStep(None, 0, wanted.by, {"why": why}))
    return Given(wanted.move, own, why_not=why)


def epoch_of(connection: sqlite3.Connection, code: int) -> int:
    """How often the right has moved, as far as this ledger knows."""
    row = connection.execute("SELECT epoch FROM rights WHERE code = ?", (code,)).fetchone()
    return int(row[0]) if row else 0


def _tell(tx: Transaction, action: str, code: int, move: str, epoch: int, other: int) -> None:
    detail: audit.Detail = {"move": move, "epoch": epoch, "box": other}
    audit.append(tx, audit.Entry(_BOXD, action, code=code, detail=detail))
