"""What a box learns again that its ledger may not remember: moves since the backup it came from.

The others know: each code that they took in is a row there, with its move and its epoch. A box asks
all of them, and until it has heard them spends nothing that it may have given away. Each function
is one transaction, and may be repeated.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping

from boxd.ledger import audit, claims, codes, moves, rights
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Transaction
from boxd.spending_right import RememberedVisit, RollAnswer, RollCall, VisitOutcome

_BOXD = "boxd"
_PAGE = 500
_HEARD = "fleet.heard"
_FORGOTTEN = ("ledger.restored", "fleet.behind")


def newest_code(connection: sqlite3.Connection) -> int:
    """The number of the newest code; 0 if there is none."""
    return int(connection.execute("SELECT coalesce(max(id), 0) FROM codes").fetchone()[0])


def has_forgotten(connection: sqlite3.Connection) -> bool:
    """Whether the ledger was restored, or found behind the others, and has not heard all since."""
    newest: dict[str, int] = dict(
        connection.execute(
            "SELECT action, max(seq) FROM audit WHERE action IN (?,?,?) GROUP BY action",
            (_HEARD, *_FORGOTTEN),
        ).fetchall()
    )
    return max(newest.get(action, 0) for action in _FORGOTTEN) > newest.get(_HEARD, 0)


def visiting(connection: sqlite3.Connection, own: int) -> Mapping[int, tuple[str, ...]]:
    """The moves of the codes that can still be spent here, by their home."""
    found: dict[int, tuple[str, ...]] = defaultdict(tuple)
    for home, move in connection.execute(
        "SELECT home, move FROM rights JOIN codes ON codes.id = code"
        " WHERE is_here = 1 AND home != ? AND state IN ('ready', 'in_use')",
        (own,),
    ):
        found[home] += (move,)
    return found


def answer(tx: Transaction, call: RollCall, own: int, keys: CodeKeys) -> RollAnswer:
    """Tell a box what is known here, and take in nothing more that its earlier runs gave away."""
    tx.connection.execute(
        "INSERT INTO roll_calls (home, run, at) VALUES (?,?,?) ON CONFLICT (home)"
        " DO UPDATE SET run = excluded.run, at = excluded.at WHERE run != excluded.run",
        (call.by, call.run, tx.at),
    )
    rows = tx.connection.execute(
        "SELECT codes.id, sealed, state, is_here, epoch, move FROM rights JOIN codes"
        " ON codes.id = code WHERE home = ? AND codes.id > ? ORDER BY codes.id LIMIT ?",
        (call.by, call.after, _PAGE),
    ).fetchall()
    settled = tuple(move for move in call.visiting if moves.find(tx, move, "settled"))
    more_after = rows[-1]["id"] if len(rows) == _PAGE else 0
    return RollAnswer(own, tuple(_visit(row, keys) for row in rows), settled, more_after)


def _visit(row: sqlite3.Row, keys: CodeKeys) -> RememberedVisit:
    outcome: VisitOutcome | None = None
    if not row["is_here"]:
        outcome = VisitOutcome.BACK
    elif row["state"] not in {"ready", "in_use"}:
        outcome = VisitOutcome.SPENT
    epoch = row["epoch"] - (outcome is VisitOutcome.BACK)
    return RememberedVisit(row["move"], keys.unseal(row["sealed"]), epoch, outcome)


def hear(tx: Transaction, heard: RollAnswer, own: int, keys: CodeKeys) -> bool:
    """Learn what another box knows; returns whether there was something to remember."""
    learned = [_learn(tx, visit, heard.by, own, keys) for visit in heard.visits]
    learned += [_end_visit(tx, move) for move in heard.settled]
    if is_behind := any(learned):
        told: audit.Detail = {"box": heard.by, "moves": sum(learned)}
        audit.append(tx, audit.Entry(_BOXD, "fleet.behind", detail=told))
    return is_behind


def note_all_heard(tx: Transaction) -> None:
    """Write down that every box has answered."""
    if has_forgotten(tx.connection):
        audit.append(tx, audit.Entry(_BOXD, _HEARD))


def _learn(tx: Transaction, visit: RememberedVisit, by: int, own: int, keys: CodeKeys) -> bool:
    if moves.find(tx, visit.move, "settled") is not None:
        return False
    given = moves.find(tx, visit.move, "given")
    is_new = given is None
    if given is None:
        code = claims.code_with(tx.connection, keys.digest(visit.digits))
        if code is None or visit.epoch <= rights.epoch_of(tx.connection, code["id"]):
            return False
        if code["state"] != "ready":
            return False  # it has ended here, or a person has it in hand
        step = moves.MoveStep(code["id"], visit.epoch, by, {})
        given = rights.mark_given(tx, visit.move, own, code, step)
    if visit.outcome is not None and given.code is not None:
        rights.end(tx, visit.move, given, given.code, visit.outcome)
    return is_new


def _end_visit(tx: Transaction, move: str) -> bool:
    """End a code that its home has settled, though it looks unused here."""
    taken = moves.find(tx, move, "taken_in")
    if taken is None or taken.code is None:
        return False
    found = tx.connection.execute("SELECT state FROM codes WHERE id = ?", (taken.code,)).fetchone()
    if found["state"] != "ready" or moves.find(tx, move, "given_back") is not None:
        return False
    codes.end(tx, taken.code, "voided", _BOXD, f"box {taken.other} has settled it")
    return True
