"""The box's question to all others, as soon as it is connected: once for each start of boxd."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError

from boxd.ledger import roll_calls
from boxd.ledger.ledger import Ledger
from boxd.spending_right import RollCall
from boxd.temporal.queues import TASK_TIMEOUT, task_queue
from boxd.workflows.box_ids import found_by_box
from boxd.workflows.fleet.doubt import Doubt
from boxd.workflows.fleet.membership import boxes_of
from boxd.workflows.fleet.messages import (
    AskedBox,
    RollCallStart,
    box_of_event,
    roll_call_workflow_id,
)
from boxd.workflows.fleet.roll_call_workflow import RollCallWorkflow

log = structlog.get_logger(__name__)

_AGAIN_AFTER_S = 2.0


@dataclass(frozen=True)
class CallingBox:
    """The box that asks; `run` is another one at each start of boxd."""

    event: str
    number: int
    run: str


async def call_the_roll(client: Client, caller: CallingBox, ledger: Ledger, doubt: Doubt) -> None:
    """Ask every box that holds a number of the event, until all are heard."""
    while not doubt.is_over:
        doubt.asks()
        try:
            others = await _others(client, caller)
            if others:
                await _ask(client, caller, ledger, others)
            await doubt.all_are_heard()
            log.info("fleet.all_heard", boxes=others)
        except (RPCError, WorkflowFailureError) as error:
            log.warning("fleet.not_all_heard", why=type(error).__name__)
            await asyncio.sleep(_AGAIN_AFTER_S)


async def _others(client: Client, caller: CallingBox) -> list[int]:
    numbers = [each.number for each in await boxes_of(client, caller.event)]
    return [each for each in numbers if each != caller.number]


async def _ask(client: Client, caller: CallingBox, ledger: Ledger, others: list[int]) -> None:
    own = box_of_event(caller.event, caller.number)
    visiting = await ledger.read(lambda c: roll_calls.visiting(c, caller.number))
    asked = [
        AskedBox(
            RollCall(caller.number, caller.run, visiting.get(number, ())),
            task_queue(box_of_event(caller.event, number)),
        )
        for number in others
    ]
    await client.execute_workflow(
        RollCallWorkflow.run,
        RollCallStart(tuple(asked)),
        id=roll_call_workflow_id(own),
        task_queue=task_queue(own),
        id_conflict_policy=WorkflowIDConflictPolicy.TERMINATE_EXISTING,
        task_timeout=TASK_TIMEOUT,
        search_attributes=found_by_box(own),
    )
