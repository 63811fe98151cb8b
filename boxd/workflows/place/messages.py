"""The id, input and search attribute of the workflow that holds a box's name."""

from __future__ import annotations

from dataclasses import dataclass

from temporalio.common import SearchAttributeKey

from boxd.workflows.box_ids import at_box

WORKFLOW = "Place"
# In clear text at the service: a twin with another key has to read it.
HOLDER = SearchAttributeKey.for_keyword("BoxdHolder")


def place_workflow_id(box: str) -> str:
    """The id of the workflow that holds the name of a box."""
    return at_box("place", box)


@dataclass(frozen=True)
class PlaceStart:
    """Which installation holds the name."""

    holder: str
