"""Holding a box's name at a service that other boxes use too."""

from __future__ import annotations

from temporalio.client import Client
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError

from boxd.errors import HeldByAnother
from boxd.temporal.queues import TASK_TIMEOUT, task_queue
from boxd.words import N_
from boxd.workflows.box_ids import BOX
from boxd.workflows.client_errors import as_temporal_unavailable
from boxd.workflows.place.installation import Installation
from boxd.workflows.place.messages import HOLDER, PlaceStart, place_workflow_id
from boxd.workflows.place.workflow import PlaceWorkflow

_REFUSED = N_(
    "this box is called '{box}' at the Temporal service {service}, and so is {other}, which was"
    " there first: they would end each other's redemptions. Nothing was touched"
)


async def hold(client: Client, box: str, installation: Installation) -> None:
    """Hold the name for this installation; again and again is the same as once.

    Raises HeldByAnother, before anything else of the box is looked at; TemporalUnavailable.
    """
    found_by = TypedSearchAttributes(
        [SearchAttributePair(BOX, box), SearchAttributePair(HOLDER, str(installation))]
    )
    with as_temporal_unavailable():
        try:
            await client.start_workflow(
                PlaceWorkflow.run,
                PlaceStart(str(installation)),
                id=place_workflow_id(box),
                task_queue=task_queue(box),
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                task_timeout=TASK_TIMEOUT,
                search_attributes=found_by,
            )
        except WorkflowAlreadyStartedError:
            await _require_mine(client, box, installation)


async def _require_mine(client: Client, box: str, installation: Installation) -> None:
    found = await client.get_workflow_handle(place_workflow_id(box)).describe()
    holder = found.typed_search_attributes.get(HOLDER) or ""
    held_by, _, name = holder.partition(" ")
    if held_by != installation.id:
        service = client.service_client.config.target_host
        text = _REFUSED.format(box=box, service=service, other=name or N_("another box"))
        raise HeldByAnother(text, place_workflow_id(box))
