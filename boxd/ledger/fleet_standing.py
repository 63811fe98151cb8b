"""How many codes that can still be spent are at home here, away, or visiting from other boxes."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True)
class CodesOfFleet:
    """Codes by where their spending right is; those that have ended are in none."""

    at_home: int
    away: int
    visiting: int


def codes_of_fleet(connection: sqlite3.Connection, own: int | None) -> CodesOfFleet:
    """Count them at the box with this number; a box alone has all codes at home."""
    row = connection.execute(
        "SELECT coalesce(sum(is_own AND is_here), 0), coalesce(sum(is_own AND NOT is_here), 0),"
        " coalesce(sum(NOT is_own AND is_here), 0) FROM"
        " (SELECT coalesce(home, :own) IS :own AS is_own, coalesce(is_here, 1) AS is_here"
        " FROM codes LEFT JOIN rights ON rights.code = codes.id"
        " WHERE state IN ('ready', 'in_use'))",
        {"own": own},
    ).fetchone()
    return CodesOfFleet(*map(int, tuple(row)))
