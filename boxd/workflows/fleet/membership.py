"""A box's number at the event's service: taken when it joins, given back when it leaves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from boxd.errors import HeldByAnother, Refused
from boxd.ledger.home_number import MOST_BOXES
from boxd.workflows.client_errors import as_temporal_unavailable
from boxd.workflows.fleet.messages import box_of_event
from boxd.workflows.place.installation import Installation
from boxd.workflows.place.messages import WORKFLOW, place_workflow_id
from boxd.workflows.place.service import hold

_HELD = f"WorkflowType = '{WORKFLOW}' AND ExecutionStatus = 'Running'"


@dataclass(frozen=True, order=True)
class HeldNumber:
    """A number that a box holds; `since` is another one when another box holds it."""

    number: int
    since: str


async def boxes_of(client: Client, event: str) -> list[HeldNumber]:
    """The numbers that boxes of the event hold, connected or not. Raises RPCError."""
    before = place_workflow_id(f"{event}.")
    found = {
        each.id.removeprefix(before): each.run_id async for each in client.list_workflows(_HELD)
    }
    return sorted(HeldNumber(int(name), run) for name, run in found.items() if name.isdecimal())


async def take_number(
    client: Client, event: str, installation: Installation, wanted: Iterable[int]
) -> int:
    """Hold the first of the wanted numbers that no other box has; the same one at a repeated call.

    Raises Refused if all are taken, TemporalUnavailable.
    """
    taken = ""
    for number in wanted:
        try:
            await hold(client, box_of_event(event, number), installation)
        except HeldByAnother as error:
            taken = str(error)
        else:
            return number
    raise Refused(taken or f"the event has {MOST_BOXES} boxes already; one of them has to leave")


async def give_number_back(client: Client, event: str, number: int) -> None:
    """Let another box have the number; nothing happens if nobody holds it."""
    place = place_workflow_id(box_of_event(event, number))
    with as_temporal_unavailable():
        try:
            # Ended by the service: the box's worker does not run any more.
            await client.get_workflow_handle(place).terminate("the box left its event")
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
