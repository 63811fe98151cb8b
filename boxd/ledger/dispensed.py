"""Dispensed units by quarter of an hour, bay and prize."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from boxd.ledger import stock

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
    limits = {"ended_at >= ?": since, "ended_at < ?": until}
    given = {rule: moment for rule, moment in limits.items() if moment is not None}
    rules = " AND ".join(["stage = 'dispensed'", f"sku <> '{stock.REHEARSAL}'", *given])
    found = connection.execute(
        f"SELECT {_QUARTER} AS quarter, bay, sku, name, count(*) FROM redemptions"
        f" JOIN prizes USING (sku) WHERE {rules}"
        " GROUP BY quarter, bay, sku ORDER BY quarter, bay, sku",
        tuple(given.values()),
    )
    return [DispensedUnits(*row) for row in found]
