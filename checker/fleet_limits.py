"""Attendees' limits over the ledgers of all boxes: codes counted where they were issued.

What a box issues for the keeper of the limits is covered by a lease that the keeper counts.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

_COUNTING = {"given", "used"}
# A visiting code has its home as the other box; one that was used elsewhere is voided at home.
_CODES = (
    "SELECT folded, count(*) FROM codes JOIN attendees ON attendees.id = codes.attendee"
    " LEFT JOIN rights ON rights.code = codes.id"
    " WHERE folded IS NOT NULL AND (rights.code IS NULL OR rights.home <> rights.other)"
    " AND (state IN ('ready', 'in_use', 'spent') OR rights.is_here = 0) GROUP BY folded"
)
_LEASES = "SELECT id, is_ours, state FROM limit_leases"


def findings(ledgers: Mapping[int, Path], per_attendee: int = 0) -> list[str]:
    """What does not hold. `per_attendee`: the most codes for one attendee, 0 for any number."""
    had: Counter[str] = Counter()
    given: dict[str, str] = {}
    held: dict[str, tuple[int, str]] = {}
    for box, ledger in ledgers.items():
        with closing(sqlite3.connect(f"{ledger.resolve().as_uri()}?mode=ro", uri=True)) as found:
            found.execute("BEGIN")
            had.update(dict(found.execute(_CODES).fetchall()))
            for lease, is_ours, state in found.execute(_LEASES).fetchall():
                if is_ours:
                    given[lease] = state
                else:
                    held[lease] = (box, state)
    return [*_above(had, per_attendee), *_uncovered(given, held)]


def _above(had: Mapping[str, int], per_attendee: int) -> Iterator[str]:
    for attendee, codes in sorted(had.items()):
        if per_attendee and codes > per_attendee:
            yield f"attendee {attendee}: {codes} codes in all, and {per_attendee} is the most"


def _uncovered(given: Mapping[str, str], held: Mapping[str, tuple[int, str]]) -> Iterator[str]:
    for lease, (box, state) in sorted(held.items()):
        kept = given.get(lease, "unknown")
        if state in {"held", "used"} and kept not in _COUNTING:
            yield f"lease {lease}: {state} at box {box}, and {kept} at the keeper of the limits"
        if state == "back" and kept == "used":
            yield f"lease {lease}: back from box {box}, and used at the keeper of the limits"
