"""Units over the ledgers of all boxes: each is at one box, or on its way between two.

What people brought to the boxes is what is there now, was given out or written off, and what is
under way: left one box, and neither arrived, came back nor was given up.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class End:
    """A stock move as the ledger of one box has it, and its movements there."""

    box: int
    move: str
    sku: str
    units: int
    sender: int
    receiver: int
    arrived: int
    returned: int
    written_off: int
    left: int
    came: int
    given_up: int

    def __str__(self) -> str:
        """The row for people."""
        sums = f"{self.arrived} arrived, {self.returned} returned, {self.written_off} written off"
        return f"box {self.box}: of {self.units} {sums}"


_ENDS = (
    "SELECT id, stock_moves.sku, units, sender, receiver, arrived, returned, written_off,"
    " coalesce(sum(quantity) FILTER (WHERE target = 'outside'), 0),"
    " coalesce(sum(quantity) FILTER (WHERE source = 'outside'), 0),"
    " coalesce(sum(quantity) FILTER (WHERE target = 'written_off'), 0)"
    " FROM stock_moves LEFT JOIN (SELECT stock_move, source, target, quantity FROM movements)"
    " ON stock_move = stock_moves.id GROUP BY stock_moves.id"
)
_BROUGHT = (
    "SELECT sku, sum(quantity) FROM movements WHERE source = 'outside' AND stock_move IS NULL"
    " GROUP BY sku"
)
_KEPT = "SELECT sku, on_hand + held + dispensed + written_off FROM stock"


def findings(ledgers: Mapping[int, Path]) -> list[str]:
    """What does not hold, under way or at rest."""
    ends: dict[str, list[End]] = {}
    brought: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    for box, ledger in ledgers.items():
        with closing(sqlite3.connect(f"{ledger.resolve().as_uri()}?mode=ro", uri=True)) as found:
            found.execute("BEGIN")
            for row in found.execute(_ENDS).fetchall():
                ends.setdefault(row[0], []).append(End(box, *row))
            brought.update(dict(found.execute(_BROUGHT).fetchall()))
            kept.update(dict(found.execute(_KEPT).fetchall()))
    broken = [
        f"stock move {move}: {what} ({'; '.join(map(str, known))})"
        for move, known in sorted(ends.items())
        for what in _broken(known)
    ]
    return [*broken, *_not_conserved(brought, kept, ends)]


def _broken(ends: list[End]) -> Iterator[str]:
    sent = next((end for end in ends if end.box == end.sender), None)
    got = next((end for end in ends if end.box == end.receiver), None)
    if len({(end.sku, end.units, end.sender, end.receiver) for end in ends}) > 1:
        yield "the boxes do not agree on what left"
    if sent is None:
        yield "its sender does not know it"
    elif (sent.left, sent.came) != (sent.units, sent.returned):
        yield f"{sent.left} left and {sent.came} came back by the sender's movements"
    if got is None:
        return
    if (got.came, got.given_up) != (got.arrived + got.written_off, got.written_off):
        yield f"{got.came} came and {got.given_up} were given up by the receiver's movements"
    if sent is not None and sent.returned > got.returned:
        yield "the sender has more back than its receiver decided"


def _not_conserved(
    brought: Counter[str], kept: Counter[str], ends: Mapping[str, list[End]]
) -> Iterator[str]:
    under_way: Counter[str] = Counter()
    for known in ends.values():
        under_way[known[0].sku] += known[0].units - sum(_somewhere(end) for end in known)
    for sku in sorted({*brought, *kept, *under_way}):
        if brought[sku] != kept[sku] + under_way[sku]:
            yield (
                f"{sku}: {brought[sku]} were brought to the boxes, {kept[sku]} are accounted for"
                f" there, and {under_way[sku]} are under way"
            )


def _somewhere(end: End) -> int:
    """The units of a move that this box has again, or gave up."""
    return end.returned if end.box == end.sender else end.arrived + end.written_off
