"""Redemptions as they stand, read off the ledger."""

from __future__ import annotations

import sqlite3

from boxd.errors import NotFound
from boxd.ledger import audit, stock
from boxd.redemption import RedemptionStanding, Refusal, Stage

_SELECT = (
    "SELECT redemptions.*, coalesce(prizes.name, '') AS prize"
    " FROM redemptions LEFT JOIN prizes USING (sku)"
)

# As boxd/workflows/redemption/ids.py makes them.
_OWN_ID = "[0-9a-f]" * 11 + "-*"


def find(connection: sqlite3.Connection, redemption: str) -> RedemptionStanding | None:
    """The redemption's standing; None if the ledger does not know it."""
    row = connection.execute(f"{_SELECT} WHERE redemptions.id = ?", (redemption,)).fetchone()
    return _standing(row) if row else None


def require(connection: sqlite3.Connection, redemption: str) -> RedemptionStanding:
    """The redemption's standing. Raises NotFound if the ledger does not know it."""
    standing = find(connection, redemption)
    if standing is None:
        raise NotFound(f"there is no redemption '{redemption}'; `boxd redemptions list` shows all")
    return standing


def open_ones(connection: sqlite3.Connection) -> list[RedemptionStanding]:
    """Every redemption that has not ended, oldest first."""
    found = connection.execute(f"{_SELECT} WHERE ended_at IS NULL ORDER BY redemptions.id")
    return [_standing(row) for row in found]


def newest_id(connection: sqlite3.Connection) -> str:
    """The id of the newest redemption; empty if there is none.

    Only ids that boxd makes count; a made-up one may be older than the seal on starts.
    """
    row = connection.execute(
        "SELECT id FROM redemptions WHERE id >= '0' AND id < 'g' AND id GLOB ?"
        " ORDER BY id DESC LIMIT 1",
        (_OWN_ID,),
    ).fetchone()
    return str(row[0]) if row else ""


def listing(
    connection: sqlite3.Connection, open_only: bool, limit: int, before: str | None = None
) -> list[dict[str, object]]:
    """The newest redemptions as plain values; `before` leaves out that one and all newer."""
    conditions = [f"(sku IS NOT '{stock.REHEARSAL}' OR ended_at IS NULL)"]
    conditions += ["ended_at IS NULL"] if open_only else []
    conditions += ["redemptions.id < ?"] if before is not None else []
    where = f" WHERE {' AND '.join(conditions)}"
    found = connection.execute(
        f"{_SELECT}{where} ORDER BY redemptions.id DESC LIMIT ?",
        (*(() if before is None else (before,)), limit),
    )
    return [dict(row) for row in found]


def details(connection: sqlite3.Connection, redemption: str) -> dict[str, object]:
    """One redemption with its answers, actuations and audit rows. Raises NotFound."""
    require(connection, redemption)
    row = connection.execute(f"{_SELECT} WHERE redemptions.id = ?", (redemption,)).fetchone()
    return {
        "redemption": dict(row),
        "answers": _rows(connection, "answers", redemption, "step"),
        "actuations": _rows(connection, "actuations", redemption, "id"),
        "audit": list(audit.rows_of_redemption(connection, redemption)),
    }


def _rows(
    connection: sqlite3.Connection, table: str, redemption: str, order: str
) -> list[dict[str, object]]:
    found = connection.execute(
        f"SELECT * FROM {table} WHERE redemption = ? ORDER BY {order}", (redemption,)
    )
    return [dict(row) for row in found]


def _standing(row: sqlite3.Row) -> RedemptionStanding:
    return RedemptionStanding(
        redemption=row["id"],
        bay=row["bay"],
        stage=Stage(row["stage"]),
        step=row["step"],
        since=row["since"],
        locker=row["locker"],
        sku=row["sku"] or "",
        prize=row["prize"],
        attempt=row["attempt"],
        outcome_unknown=bool(row["outcome_unknown"]),
        refusal=Refusal(row["refusal"]) if row["refusal"] else None,
        home=row["home"] or "",
    )
