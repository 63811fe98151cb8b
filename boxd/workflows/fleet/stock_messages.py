"""Names, inputs and results of the workflow that follows units from one box to another."""

from __future__ import annotations

from dataclasses import dataclass

from boxd.stock_move import StockOrder, StockReport
from boxd.workflows.box_ids import at_box

MOVE_STOCK = "MoveStock"


def stock_workflow_id(move: str, box: str) -> str:
    """The id of the workflow of a stock move that `box` began, at the event's service."""
    return at_box(f"move-stock-{move}", box)


@dataclass(frozen=True)
class StockMoveStart:
    """Units that left; `receiver_queue` is served by the box to which they go."""

    heard: StockHeard
    receiver_queue: str


@dataclass(frozen=True)
class StockHeard:
    """A stock move, and what its sender knows about it."""

    order: StockOrder
    report: StockReport
