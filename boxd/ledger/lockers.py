"""Lockers in and out of service."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from boxd.errors import NotFound
from boxd.ledger import alarms, audit
from boxd.ledger.ledger import Transaction
from boxd.words import N_

_OUT_OF_SERVICE = N_(
    "Locker {locker} is out of service: {reason}. Once it is repaired, run:"
    " `boxd lockers in-service`"
)


def declare(tx: Transaction, lockers: Sequence[int]) -> None:
    """Add the configured lockers that are not known yet."""
    tx.connection.executemany(
        "INSERT INTO lockers (id) VALUES (?) ON CONFLICT DO NOTHING",
        [(locker,) for locker in lockers],
    )


def set_service(tx: Transaction, locker: int, in_service: bool, reason: str, actor: str) -> None:
    """Take a locker out of service or back in. Raises NotFound."""
    changed = tx.connection.execute(
        "UPDATE lockers SET in_service = ?, reason = ? WHERE id = ?",
        (int(in_service), "" if in_service else reason, locker),
    ).rowcount
    if not changed:
        raise NotFound(N_("there is no locker {locker} in this box").format(locker=locker))
    action = "locker.in_service" if in_service else "locker.out_of_service"
    audit.append(tx, audit.Entry(actor, action, reason, locker=locker))
    subject = f"locker {locker}"
    if in_service:
        alarms.clear(tx, "locker_out_of_service", subject, actor)
    else:
        text = _OUT_OF_SERVICE.format(locker=locker, reason=reason)
        alarms.raise_alarm(tx, "locker_out_of_service", subject, text)


def free_among(connection: sqlite3.Connection, candidates: Sequence[int]) -> list[int]:
    """Those of `candidates` that are in service and hold no open redemption, in their order."""
    usable = {
        row[0]
        for row in connection.execute(
            "SELECT id FROM lockers WHERE in_service = 1 AND id NOT IN"
            " (SELECT locker FROM redemptions WHERE ended_at IS NULL)"
        )
    }
    return [locker for locker in candidates if locker in usable]


def listing(connection: sqlite3.Connection) -> dict[int, dict[str, object]]:
    """Every known locker with its present content."""
    found = connection.execute(
        "SELECT lockers.id, in_service, reason, redemptions.id AS redemption, stage,"
        " prizes.name AS prize FROM lockers"
        " LEFT JOIN redemptions ON redemptions.locker = lockers.id AND ended_at IS NULL"
        " LEFT JOIN prizes USING (sku) ORDER BY lockers.id"
    )
    return {row["id"]: dict(row) for row in found}
