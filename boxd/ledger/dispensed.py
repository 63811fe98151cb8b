"""Dispensed units by quarter of an hour, bay and prize."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

# Quarters, because time zones differ by whole quarters: readers add them up to local hours.
_QUARTER = "substr(ended_at, 1, 14) || printf('%02d', substr(ended_at, 15, 2) / 15 * 15) || ':00Z'"


@dataclass(frozen=True)
class DispensedUnits:
    """Units of a prize that were dispensed at a bay in the quarter that begins `at` (UTC)."""

    at: str
    bay: str
    sku: str
    prize: str
    units: int


def by_quarter(
    connection: sqlite3.Connection, since: str | None, until: str | None
) -> list[DispensedUnits]:
    """All units dispensed from `since` on and before `until`; times in the ledger's form."""
    found = connection.execute(
        f"SELECT {_QUARTER} AS quarter, bay, sku, name, count(*) FROM redemptions"
        " JOIN prizes USING (sku) WHERE stage = 'dispensed'"
        " AND (:since IS NULL OR ended_at >= :since) AND (:until IS NULL OR ended_at < :until)"
        " GROUP BY quarter, bay, sku ORDER BY quarter, bay, sku",
        {"since": since, "until": until},
    )
    return [DispensedUnits(*row) for row in found]
