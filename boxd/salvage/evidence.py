"""What rows of the trail prove beyond a ledger: codes that were used, units that came and went."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from boxd.salvage.trail_rows import TrailRow

_COMPLETED = "redemption.completed"
# Voided or expired, or to be paid at another box of the fleet.
_ENDED = ("code.voided", "code.expired", "right.given")
_GIVEN_BACK = (
    "redemption.declined",
    "redemption.cancelled",
    "redemption.not_taken",
    "right.given_back",
    "right.taken_back",
)
_UNITS = {"stock.received": 1, "stock.written_off": -1}
# What is carried over, or told by what is; all else is named as missing.
_CARRIED = (
    "claim.",
    "redemption.",
    "opening.",
    "actuation.",
    "stock.",
    "code.voided",
    "code.expired",
    "right.given",
)


class CodeFate(StrEnum):
    """What became of a code after the ledger that is at hand."""

    USED = "used"  # its prize was given out
    OPENED = "opened"  # a locker was to be opened for it; how that ended is not known
    ENDED = "ended"  # it was voided, it expired, or its right went to another box


@dataclass(frozen=True)
class CodeProof:
    """A code's fate, with the row of the trail that proves it; `sku` is the prize given out."""

    code: int
    fate: CodeFate
    row: TrailRow
    sku: str | None


@dataclass(frozen=True)
class Gap:
    """Rows of the trail that nobody can read any more, from the first to the last."""

    first: int
    last: int


@dataclass(frozen=True)
class Beyond:
    """What is proven beyond a ledger's last row, in the order of the trail.

    `units` are (sku, difference, row) that came in or were written off; `new_codes` were made
    since, and nobody can use them any more; `left_out` counts other rows by their action.
    """

    rows: int = 0
    last_at: str = ""
    gaps: tuple[Gap, ...] = ()
    proofs: tuple[CodeProof, ...] = ()
    units: tuple[tuple[str, int, TrailRow], ...] = ()
    new_codes: tuple[int, ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)


def beyond(ledger: sqlite3.Connection, rows: Sequence[TrailRow]) -> Beyond:
    """What the rows prove that come after the ledger's last one."""
    last = ledger.execute("SELECT coalesce(max(seq), 0) FROM audit").fetchone()[0]
    later = _one_of_each_number([row for row in rows if row.seq > last])
    if not later:
        return Beyond()
    gaps = _gaps(int(last), later)
    left_out = Counter(row.action for row in later if not row.action.startswith(_CARRIED))
    new = tuple(row.code for row in later if row.action == "code.issued" and row.code is not None)
    return Beyond(
        len(later),
        later[-1].at,
        gaps,
        tuple(_proofs(ledger, later, gaps)),
        tuple(_moved(later)),
        new,
        dict(left_out),
    )


def _one_of_each_number(rows: list[TrailRow]) -> list[TrailRow]:
    """Of two rows of one number the one that another row follows: it was committed."""
    followed = {row.previous for row in rows}
    chosen: dict[int, TrailRow] = {}
    for row in rows:
        if row.seq not in chosen or row.hash in followed:
            chosen[row.seq] = row
    return [chosen[seq] for seq in sorted(chosen)]


def _gaps(last: int, later: list[TrailRow]) -> tuple[Gap, ...]:
    numbers = [last, *(row.seq for row in later)]
    pairs = pairwise(numbers)
    return tuple(Gap(before + 1, after - 1) for before, after in pairs if after > before + 1)


def _proofs(
    ledger: sqlite3.Connection, later: list[TrailRow], gaps: tuple[Gap, ...]
) -> list[CodeProof]:
    known = {int(each[0]) for each in ledger.execute("SELECT id FROM codes")}
    code_of = {
        str(each[0]): int(each[1])
        for each in ledger.execute("SELECT id, code FROM redemptions WHERE ended_at IS NULL")
    }
    fates: dict[int, CodeProof] = {}
    for row in later:
        if row.action == "claim.accepted" and row.redemption and row.code is not None:
            code_of[row.redemption] = row.code
        code = row.code if row.code is not None else code_of.get(row.redemption or "")
        if code is None or code not in known:
            continue
        may_be_lost = any(gap.last > row.seq for gap in gaps)
        _follow(fates, row, code, may_be_lost)
    return [fates[code] for code in sorted(fates)]


def _follow(fates: dict[int, CodeProof], row: TrailRow, code: int, may_be_lost: bool) -> None:
    """Bring a code's fate to what this row says; a gap behind it may hide how it went on."""
    if row.action in (_COMPLETED, "stock.dispensed"):
        sku = row.sku or (fates[code].sku if code in fates else None)
        fates[code] = CodeProof(code, CodeFate.USED, row, sku)
    elif row.action in _ENDED:
        fates[code] = CodeProof(code, CodeFate.ENDED, row, None)
    elif row.action == "actuation.intended" or (row.action == "claim.accepted" and may_be_lost):
        fates[code] = CodeProof(code, CodeFate.OPENED, row, row.sku)
    elif row.action in _GIVEN_BACK and not may_be_lost:
        fates.pop(code, None)


def _moved(later: list[TrailRow]) -> list[tuple[str, int, TrailRow]]:
    return [
        (row.sku, _UNITS[row.action] * int(str(row.detail.get("quantity", 0))), row)
        for row in later
        if row.action in _UNITS and row.sku is not None
    ]
