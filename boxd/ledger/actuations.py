"""Actuations: the intent is committed before the pulse, the outcome after it, each once."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from enum import StrEnum

from boxd.ledger import alarms, audit, redemption_standings, redemptions
from boxd.ledger.ledger import Transaction
from boxd.redemption import RedemptionStanding, Stage
from boxd.words import N_

_OVERRIDE = N_(
    "Locker {locker}: it is not known whether the override by {person} opened it. Look at its door"
    " and close it; `boxd alarms clear` ends this alarm."
)


class Outcome(StrEnum):
    """What became of an order to a latch: done, failed, or unknown."""

    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ActuationOrder:
    """One order to one latch, with its cause: a redemption, or a person's override."""

    id: str
    locker: int
    latch: str
    actor: str
    reason: str
    redemption: str | None = None


@dataclass(frozen=True)
class Intended:
    """Whether the order is new (send it), or its outcome so far (never send it again)."""

    is_new: bool
    outcome: Outcome | None


def intend(tx: Transaction, order: ActuationOrder) -> Intended:
    """Record the order before it is sent; a repeated order is recognised by its id."""
    if (known := find(tx.connection, order.id)) is not None:
        return known
    tx.connection.execute(
        "INSERT INTO actuations (id, locker, latch, redemption, actor, reason, intent_at)"
        " VALUES (?,?,?,?,?,?,?)",
        (
            order.id,
            order.locker,
            order.latch,
            order.redemption,
            order.actor,
            order.reason,
            tx.at,
        ),
    )
    if order.redemption is None:
        _tell(tx, order, "override.ordered")
    _tell(tx, order, "actuation.intended")
    return Intended(True, None)


def find(connection: sqlite3.Connection, order: str) -> Intended | None:
    """The record of an order; None if there is none."""
    row = connection.execute("SELECT outcome FROM actuations WHERE id = ?", (order,)).fetchone()
    if row is None:
        return None
    return Intended(False, Outcome(row["outcome"]) if row["outcome"] else None)


def conclude(tx: Transaction, order: ActuationOrder, outcome: Outcome, note: str = "") -> None:
    """Record the outcome, once; later calls change nothing."""
    changed = tx.connection.execute(
        "UPDATE actuations SET outcome = ?, outcome_at = ?, note = ?"
        " WHERE id = ? AND outcome IS NULL",
        (outcome, tx.at, note, order.id),
    ).rowcount
    if changed:
        _tell(tx, order, f"actuation.{outcome}", note)


def settle_interrupted(tx: Transaction) -> list[str]:
    """At start: turn openings that boxd's end interrupted into questions; nothing is pulsed.

    Orders that were begun and not ended are unknown. A locker that was to be opened, and whose
    order was not even recorded, is not opened now either: hours may have passed, so a person
    decides. Returns the ids of the orders that are unknown.
    """
    rows = tx.connection.execute("SELECT * FROM actuations WHERE outcome IS NULL").fetchall()
    for row in rows:
        order = _order(row)
        conclude(tx, order, Outcome.UNKNOWN, "boxd ended before the outcome was recorded")
        if order.redemption is None:
            _ask_about_override(tx, order)
    for standing in redemption_standings.open_ones(tx.connection):
        if standing.stage is Stage.OPEN:
            _ask_about_opening(tx, standing)
    return [row["id"] for row in rows]


def _ask_about_opening(tx: Transaction, standing: RedemptionStanding) -> None:
    order = f"{standing.redemption}/{standing.attempt}"
    row = tx.connection.execute("SELECT outcome FROM actuations WHERE id = ?", (order,)).fetchone()
    was_sent = row is not None and row["outcome"] != Outcome.FAILED
    is_unknown = row is not None and row["outcome"] == Outcome.UNKNOWN
    stage = Stage.ASK if was_sent else Stage.JAM
    redemptions.settle_opening(tx, standing.redemption, standing.attempt, stage, is_unknown)


def _ask_about_override(tx: Transaction, order: ActuationOrder) -> None:
    alarms.raise_alarm(
        tx,
        "override_unknown",
        f"locker {order.locker}",
        _OVERRIDE.format(locker=order.locker, person=order.actor),
    )


def _order(row: sqlite3.Row) -> ActuationOrder:
    return ActuationOrder(
        row["id"], row["locker"], row["latch"], row["actor"], row["reason"], row["redemption"]
    )


def _tell(tx: Transaction, order: ActuationOrder, action: str, note: str = "") -> None:
    audit.append(
        tx,
        audit.Entry(
            actor=order.actor,
            action=action,
            cause=order.reason,
            redemption=order.redemption,
            locker=order.locker,
            detail={"actuation": order.id, "latch": order.latch, "note": note},
        ),
    )
