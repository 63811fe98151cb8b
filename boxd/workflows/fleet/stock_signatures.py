"""The activities of a stock move for its workflow: names, arguments, results."""

from __future__ import annotations

from abc import ABC, abstractmethod

from temporalio import activity

from boxd.stock_move import StockReport
from boxd.workflows.fleet.stock_messages import StockHeard


class StockSignatures(ABC):
    """What each end of a stock move does. Each may be repeated."""

    @activity.defn
    @abstractmethod
    async def report_stock(self, heard: StockHeard) -> StockReport:
        """At the receiver: what became of the units; fails while that is what was heard."""

    @activity.defn
    @abstractmethod
    async def hear_report(self, heard: StockHeard) -> None:
        """At the sender: book what became of the units."""
