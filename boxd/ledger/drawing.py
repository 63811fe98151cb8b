"""What the prize of a code is drawn among: the prizes with a unit on hand, by weight."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Sequence

from boxd.issue import DRAW_BITS, drawn
from boxd.ledger import attendees, stock

Pool = list[tuple[str, int]]
"""Skus and their weights, all above 0."""


def pool(connection: sqlite3.Connection, attendee: int | None, prizes: Sequence[str] = ()) -> Pool:
    """What can be drawn among these prizes, all if none is named; one alone needs no weight.

    `attendee` is for whom, None for somebody new: who rehearses draws the rehearsal's prize alone.
    """
    if attendee is not None and attendees.rehearses(connection, attendee):
        return [(stock.REHEARSAL, 1)]
    found = connection.execute(
        "SELECT sku, weight FROM prizes JOIN stock USING (sku) WHERE on_hand > 0 ORDER BY sku"
    ).fetchall()
    if len(prizes) == 1:
        return [(row["sku"], 1) for row in found if row["sku"] in prizes]
    return [
        (row["sku"], row["weight"])
        for row in found
        if row["weight"] > 0 and (not prizes or row["sku"] in prizes)
    ]


def at_random(among: Sequence[tuple[str, int]]) -> str:
    """A sku of the pool, which is not empty, by a number that nobody has to repeat."""
    return drawn(secrets.randbits(DRAW_BITS), among)
