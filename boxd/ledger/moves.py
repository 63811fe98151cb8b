"""The steps of moves that this box has decided: each once, and for ever."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from boxd.ledger.ledger import Transaction


@dataclass(frozen=True)
class MoveStep:
    """A decided step of a move; `code` is this ledger's number of the code, if there is one."""

    code: int | None
    epoch: int
    other: int
    detail: Mapping[str, str]


def find(tx: Transaction, move: str, step: str) -> MoveStep | None:
    """The step, if it was decided."""
    row = tx.connection.execute(
        "SELECT code, epoch, other, detail FROM moves WHERE id = ? AND step = ?", (move, step)
    ).fetchone()
    if row is None:
        return None
    detail = json.loads(row["detail"]) if row["detail"] else {}
    return MoveStep(row["code"], row["epoch"], row["other"], detail)


def record(tx: Transaction, move: str, step: str, decided: MoveStep) -> None:
    """Write the step down; it can't be decided again."""
    detail = json.dumps(dict(decided.detail)) if decided.detail else ""
    tx.connection.execute(
        "INSERT INTO moves (id, step, code, epoch, other, detail, at) VALUES (?,?,?,?,?,?,?)",
        (move, step, decided.code, decided.epoch, decided.other, detail, tx.at),
    )
