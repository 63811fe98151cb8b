"""The activities of a stock move, and the start of its workflow from the sender's ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from temporalio import activity
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from boxd.errors import LedgerUnusable, Refused
from boxd.ledger import alarms, stock_arrivals, stock_moves, stock_sent
from boxd.ledger.ledger import Ledger, Transaction
from boxd.ledger.stock_moves import StockMove
from boxd.stock_move import StockOrder, StockReport
from boxd.temporal.queues import TASK_TIMEOUT, task_queue
from boxd.words import N_
from boxd.workflows.activity_errors import as_activity_errors
from boxd.workflows.box_ids import found_by_box
from boxd.workflows.fleet.messages import box_of_event
from boxd.workflows.fleet.stock_messages import StockHeard, StockMoveStart, stock_workflow_id
from boxd.workflows.fleet.stock_signatures import StockSignatures
from boxd.workflows.fleet.stock_workflow import MoveStockWorkflow

_START_WITHIN = timedelta(seconds=2)
_FORGOTTEN = "stock_forgotten"
_FORGOTTEN_TEXT = N_(
    "{units} of {sku} left for box {receiver} (move {move}) before this ledger was restored, and"
    " fewer are on hand: count them (`boxd prizes count {sku} UNITS`)"
)


class StockActivities(StockSignatures):
    """Both ends of stock moves at this box."""

    def __init__(self, ledger: Ledger, event: str, number: int) -> None:
        self._ledger = ledger
        self._event = event
        self._box = box_of_event(event, number)
        self._followed: set[str] = set()

    def all(self) -> Sequence[Callable[..., object]]:
        """The activities, for the worker."""
        return (self.report_stock, self.hear_report)

    @activity.defn
    async def report_stock(self, heard: StockHeard) -> StockReport:
        """What became of the units here; fails while the sender has heard all of it."""
        with as_activity_errors():
            report = await self._ledger.write(
                lambda tx: stock_arrivals.expect(tx, heard.order, heard.report)
            )
        if report == heard.report:
            raise ApplicationError(
                "nobody has signed anything new",
                type="StillUnderWay",
                category=ApplicationErrorCategory.BENIGN,
            )
        return report

    @activity.defn
    async def hear_report(self, heard: StockHeard) -> None:
        """Book what became of the units that this box sent."""
        with as_activity_errors():
            try:
                await self._ledger.write(lambda tx: stock_sent.hear(tx, heard.order, heard.report))
            except Refused as error:
                # Tried again: a person counts what is there.
                await self._ledger.write(lambda tx: _tell_forgotten(tx, heard.order))
                raise ApplicationError(str(error), type="TooFewOnHand") from error

    async def follow(self, client: Client) -> None:
        """Start the workflow of each stock move that this box began; one that runs goes on."""
        try:
            found = await self._ledger.read(stock_moves.open_ones)
        except LedgerUnusable:
            return  # the next look finds them
        for each in found:
            if each.is_ours and each.order.move not in self._followed:
                await self._start(client, each)
                self._followed.add(each.order.move)

    def forget(self) -> None:
        """Start them again when this box is connected again: the service may be another one."""
        self._followed.clear()

    async def _start(self, client: Client, move: StockMove) -> None:
        receiver = box_of_event(self._event, move.order.receiver)
        await client.start_workflow(
            MoveStockWorkflow.run,
            StockMoveStart(StockHeard(move.order, move.report), task_queue(receiver)),
            id=stock_workflow_id(move.order.move, self._box),
            task_queue=task_queue(self._box),
            task_timeout=TASK_TIMEOUT,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            search_attributes=found_by_box(self._box),
            rpc_timeout=_START_WITHIN,
        )


def _tell_forgotten(tx: Transaction, order: StockOrder) -> None:
    values = {
        "units": order.units,
        "sku": order.sku,
        "receiver": order.receiver,
        "move": order.move,
    }
    alarms.raise_alarm(tx, _FORGOTTEN, order.move, _FORGOTTEN_TEXT.format(**values))
