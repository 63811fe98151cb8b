"""What the prize of a code is drawn among: the prizes with a unit on hand, by weight.

Variants of a prize share its weight by what is left of each, so that all sizes last equally long.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections import Counter
from collections.abc import Sequence

from boxd.issue import DRAW_BITS, drawn
from boxd.ledger import attendees, stock

Pool = list[tuple[str, int]]
"""Skus and their weights, all above 0."""


_PARTS = 1_000_000  # of one unit of weight, where variants share it; each has one part at least


def pool(connection: sqlite3.Connection, attendee: int | None, prizes: Sequence[str] = ()) -> Pool:
    """What can be drawn among these prizes, all if none is named; one alone needs no weight.

    `attendee` is for whom, None for somebody new: who rehearses draws the rehearsal's prize alone.
    """
    if attendee is not None and attendees.rehearses(connection, attendee):
        return [(stock.REHEARSAL, 1)]
    found = connection.execute(_ON_HAND).fetchall()
    named = [row for row in found if not prizes or {row["sku"], row["whole"]} & set(prizes)]
    if len(prizes) == 1:
        return _shared(named, {row["whole"]: 1 for row in named})
    drawn_ones = [row for row in named if row["weight"] > 0 and row["own_weight"] > 0]
    return _shared(drawn_ones, {row["whole"]: row["weight"] for row in drawn_ones})


_ON_HAND = (
    "SELECT prizes.sku AS sku, coalesce(of_sku, prizes.sku) AS whole, on_hand,"
    " prizes.weight AS own_weight, coalesce(whole.weight, prizes.weight) AS weight"
    " FROM prizes JOIN stock USING (sku) LEFT JOIN prize_variants USING (sku)"
    " LEFT JOIN prizes AS whole ON whole.sku = of_sku WHERE on_hand > 0 ORDER BY prizes.sku"
)


def _shared(rows: Sequence[sqlite3.Row], weights: dict[str, int]) -> Pool:
    """Each row with its share of the weight of the prize that it is a variant of."""
    units: Counter[str] = Counter()
    for row in rows:
        units[row["whole"]] += row["on_hand"]
    if len(units) == len(rows):
        return [(row["sku"], weights[row["whole"]]) for row in rows]
    parts = {whole: weight * _PARTS for whole, weight in weights.items()}
    return [
        (row["sku"], max(1, parts[row["whole"]] * row["on_hand"] // units[row["whole"]]))
        for row in rows
    ]


def at_random(among: Sequence[tuple[str, int]]) -> str:
    """A sku of the pool, which is not empty, by a number that nobody has to repeat."""
    return drawn(secrets.randbits(DRAW_BITS), among)
