"""Reconciliation at start: every open redemption has a workflow, and no workflow is without one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from boxd.ledger import audit, redemptions
from boxd.ledger.ledger import Ledger
from boxd.temporal.worker import task_queue
from boxd.workflows import messages
from boxd.workflows.desk import RedemptionDesk

_ENDED_AS = "boxd restarted before the code was checked: it has to be typed again"


@dataclass(frozen=True)
class Reconciled:
    """What was found: redemptions given a new workflow, and bays whose Enter was never decided."""

    resumed: tuple[str, ...]
    undecided_bays: tuple[str, ...]


async def reconcile(client: Client, ledger: Ledger, desk: RedemptionDesk, box: str) -> Reconciled:
    """Bring Temporal into line with the ledger, before the worker takes up anything."""
    undecided = await _end_unknown(client, ledger, box)
    return Reconciled(await resume_open(client, ledger, desk), undecided)


async def resume_open(client: Client, ledger: Ledger, desk: RedemptionDesk) -> tuple[str, ...]:
    """Give each open redemption without a running workflow one; returns which those were.

    Those that run are told to look where they stand: their last step may be known to the ledger
    alone, when boxd ended before Temporal heard of it.
    """
    resumed = []
    for standing in await ledger.read(redemptions.open_ones):
        if await _is_running(client, standing.redemption):
            handle = client.get_workflow_handle(messages.workflow_id(standing.redemption))
            await handle.signal(messages.LOOK_AGAIN)
        else:
            await desk.resume(standing)
            entry = audit.Entry("boxd", "workflow.resumed", "no workflow", standing.redemption)
            await ledger.write(partial(audit.append, entry=entry))
            resumed.append(standing.redemption)
    return tuple(resumed)


async def _is_running(client: Client, redemption: str) -> bool:
    handle = client.get_workflow_handle(messages.workflow_id(redemption))
    try:
        described = await handle.describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return described.status is WorkflowExecutionStatus.RUNNING


async def _end_unknown(client: Client, ledger: Ledger, box: str) -> tuple[str, ...]:
    """End workflows whose redemption the ledger does not know; returns their bays."""
    query = (
        f"WorkflowType = '{messages.WORKFLOW}' AND ExecutionStatus = 'Running'"
        f" AND TaskQueue = '{task_queue(box)}'"
    )
    bays = []
    async for found in client.list_workflows(query):
        redemption = found.id.removeprefix("redemption-")
        if await ledger.read(partial(redemptions.find, redemption=redemption)) is not None:
            continue
        bay = _bay_of(found.search_attributes)
        entry = audit.Entry("boxd", "workflow.undecided", _ENDED_AS, redemption, bay)
        await ledger.write(partial(audit.append, entry=entry))
        await client.get_workflow_handle(found.id).terminate(reason=_ENDED_AS)
        bays.append(bay)
    return tuple(bays)


def _bay_of(attributes: object) -> str:
    found = attributes.get("BoxdBay") if isinstance(attributes, dict) else None
    return str(found[0]) if found else ""
