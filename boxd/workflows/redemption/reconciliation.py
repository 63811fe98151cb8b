"""Reconciliation: every open redemption gets a workflow, and no workflow is without one."""

from __future__ import annotations

from functools import partial

from temporalio.client import Client, WorkflowExecution

from boxd.ledger import audit, redemption_standings
from boxd.ledger.ledger import Ledger
from boxd.temporal.queues import task_queue
from boxd.workflows.box_ids import OLD_ID, names_its_box
from boxd.workflows.client_errors import unless_not_found
from boxd.workflows.healing.condition import condition_of
from boxd.workflows.redemption import messages
from boxd.workflows.redemption.service import RedemptionService, workflow_of
from boxd.workflows.redemption.workflow import RedemptionWorkflow

_ENDED_AS = "boxd restarted before the code was checked: it has to be typed again"


async def end_undecided(client: Client, ledger: Ledger, box: str) -> list[str]:
    """End the workflows whose redemption the ledger does not know; returns their bays.

    An earlier release started the workflow before the claim; and a ledger that was restored from a
    backup may know less than Temporal.
    """
    unknown = await _unknown(client, ledger, box)
    return [await _end(client, ledger, each, box) for each in unknown]


async def catch_up(
    client: Client, ledger: Ledger, service: RedemptionService, box: str
) -> tuple[str, ...]:
    """Give each open redemption a running workflow; returns those that had none.

    Running workflows are signalled to read their standing: only the ledger may know their last
    step, even their end, if boxd or the server ended before Temporal was told.
    """
    async for found in client.list_workflows(_running(box)):
        if await _knows(ledger, found, box):
            with unless_not_found():
                await _look_again_or_move_on(client, found.id, box)
    resumed = []
    for standing in await ledger.read(redemption_standings.open_ones):
        workflow = messages.workflow_id(standing.redemption, box)
        if not (await condition_of(client, workflow)).is_open:
            await service.resume(standing)
            entry = audit.Entry("boxd", "workflow.resumed", "no workflow", standing.redemption)
            await ledger.write(partial(audit.append, entry=entry))
            resumed.append(standing.redemption)
    return tuple(resumed)


async def _look_again_or_move_on(client: Client, workflow: str, box: str) -> None:
    """Let it read the ledger; one with an id without its box is begun again under such an id."""
    if names_its_box(workflow, box):
        handle = workflow_of(client, messages.redemption_of(workflow, box), box)
        await handle.signal(RedemptionWorkflow.look_again)
    else:
        await client.get_workflow_handle(workflow).terminate(reason=OLD_ID)


def _running(box: str) -> str:
    """The query for the running redemptions of a box."""
    return (
        f"WorkflowType = '{messages.WORKFLOW}' AND ExecutionStatus = 'Running'"
        f" AND TaskQueue = '{task_queue(box)}'"
    )


async def _unknown(client: Client, ledger: Ledger, box: str) -> list[WorkflowExecution]:
    """The running workflows whose redemption the ledger does not know."""
    running = [found async for found in client.list_workflows(_running(box))]
    return [found for found in running if not await _knows(ledger, found, box)]


async def _knows(ledger: Ledger, found: WorkflowExecution, box: str) -> bool:
    redemption = messages.redemption_of(found.id, box)
    return await ledger.read(partial(redemption_standings.find, redemption=redemption)) is not None


async def _end(client: Client, ledger: Ledger, workflow: WorkflowExecution, box: str) -> str:
    """End a workflow whose Enter was never decided, with a record; returns its bay."""
    bay = _bay_of(workflow.search_attributes)
    redemption = messages.redemption_of(workflow.id, box)
    with unless_not_found():
        await client.get_workflow_handle(workflow.id).terminate(reason=_ENDED_AS)
    entry = audit.Entry("boxd", "workflow.undecided", _ENDED_AS, redemption, bay)
    await ledger.write(partial(audit.append, entry=entry))
    return bay


def _bay_of(attributes: object) -> str:
    found = attributes.get("BoxdBay") if isinstance(attributes, dict) else None
    return str(found[0]) if found else ""
