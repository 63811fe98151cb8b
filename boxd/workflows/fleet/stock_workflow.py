"""Follows units from the box that sent them until each of them is somewhere again.

It decides nothing: people sign at both ends, in the ledgers there. It brings the order to the
receiver, and what was signed there back to the sender, as often as something new was signed.
"""

from __future__ import annotations

from temporalio import workflow

from boxd.workflows.fleet.retries import EACH_TRY, WITHOUT_END
from boxd.workflows.fleet.stock_messages import MOVE_STOCK, StockHeard, StockMoveStart
from boxd.workflows.fleet.stock_signatures import StockSignatures


@workflow.defn(name=MOVE_STOCK)
class MoveStockWorkflow:
    """Runs at the sender. Its history grows with what people sign, once for each unit at most."""

    @workflow.run
    async def run(self, start: StockMoveStart) -> None:
        """Go on until nothing is missing."""
        heard = start.heard
        while heard.report.units < heard.order.units:
            report = await workflow.execute_activity_method(
                StockSignatures.report_stock,
                heard,
                task_queue=start.receiver_queue,
                start_to_close_timeout=EACH_TRY,
                retry_policy=WITHOUT_END,
            )
            heard = StockHeard(heard.order, report)
            await workflow.execute_activity_method(
                StockSignatures.hear_report,
                heard,
                start_to_close_timeout=EACH_TRY,
                retry_policy=WITHOUT_END,
            )
