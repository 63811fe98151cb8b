"""Carrying out upstream's orders: a page in one transaction, all of it or nothing, each once."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from boxd.errors import BadInput, NotFound, Refused
from boxd.issue import IssueStanding
from boxd.ledger import attendees, audit, issues, stock, tasks
from boxd.ledger.ledger import Transaction
from boxd.task import TaskStanding
from boxd.upstream.orders import Order, OrderPage, PrizeOrder, TaskOrder, UpstreamCodeOrder

ACTOR = "upstream"


@dataclass(frozen=True)
class Position:
    """How far the orders were read; `etag` is that of the last response without further orders."""

    cursor: str
    etag: str


@dataclass(frozen=True)
class CarriedOut:
    """What was new, and what it started, for the workflows to continue."""

    orders: int
    tasks: tuple[TaskStanding, ...]
    issues: tuple[IssueStanding, ...]


def position(connection: sqlite3.Connection) -> Position:
    """How far the orders were read."""
    row = connection.execute("SELECT cursor, etag FROM feed").fetchone()
    return Position(row["cursor"], row["etag"])


def carry_out(tx: Transaction, page: OrderPage, now_at: Position) -> CarriedOut:
    """Carry out the new orders of a page, and record how far the orders are read.

    Raises BadInput, naming the order, if one can't be carried out; then none of the page is.
    """
    begun: list[TaskStanding | IssueStanding] = []
    new = [order for order in page.orders if _is_new(tx, order)]
    for order in new:
        try:
            begun += _carry_out(tx, order)
        except (NotFound, Refused) as error:
            raise BadInput(
                f"its order '{order.id}' can't be carried out, and nothing that came with it was:"
                f" {error}"
            ) from error
    tx.connection.execute(
        "UPDATE feed SET cursor = ?, etag = ?, read_at = ?", (now_at.cursor, now_at.etag, tx.at)
    )
    if new:
        audit.append(tx, audit.Entry(ACTOR, "orders.carried_out", detail={"orders": len(new)}))
    return CarriedOut(
        len(new),
        tuple(each for each in begun if isinstance(each, TaskStanding)),
        tuple(each for each in begun if isinstance(each, IssueStanding)),
    )


def _is_new(tx: Transaction, order: Order) -> bool:
    added = tx.connection.execute(
        "INSERT INTO orders (id, at) VALUES (?,?) ON CONFLICT DO NOTHING", (order.id, tx.at)
    )
    return added.rowcount > 0


def _carry_out(tx: Transaction, order: Order) -> list[TaskStanding | IssueStanding]:
    match order:
        case TaskOrder():
            attendee = attendees.number_of(tx, order.attendee)
            return [tasks.start(tx, order.kind, attendee, ACTOR)]
        case UpstreamCodeOrder():
            for sku in order.prizes:
                stock.find(tx.connection, sku)
            wanted = issues.IssueOrder(
                issue=f"upstream/{order.id}",
                attendee=attendees.number_of(tx, order.attendee),
                actor=ACTOR,
                prizes=order.prizes,
                valid_days=order.valid_days,
            )
            return [issues.ask(tx, wanted)]
        case PrizeOrder():
            prize = stock.StockedPrize(order.sku, order.name, order.units, order.weight)
            stock.import_prizes(tx, [prize], ACTOR)
            return []
