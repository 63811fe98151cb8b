"""What goes between the hub's workflows and the boxes."""

from __future__ import annotations

from dataclasses import dataclass

from boxd.box_report import Declaration
from boxd.workflows.box_ids import at_box

ASK_BOXES = "AskBoxes"
DECLARE = "Declare"
DECLARE_AT_BOX = "DeclareAtBox"


def hub_of_event(event: str) -> str:
    """What the hub is called at the event's service; all hubs of an event serve one queue."""
    return f"{event}.hub"


def ask_boxes_id(event: str) -> str:
    """The id of the walk through the boxes; hubs that begin one at the same time share it."""
    return at_box("ask-boxes", hub_of_event(event))


def declare_id(event: str) -> str:
    """The id of the workflow that brings the newest declaration to all boxes."""
    return at_box("declare", hub_of_event(event))


@dataclass(frozen=True)
class BoxAtQueue:
    """A box, and the queue that it serves; `since` tells two boxes of one number apart."""

    number: int
    queue: str
    since: str = ""


@dataclass(frozen=True)
class DeclareStart:
    """A declaration for these boxes."""

    declaration: Declaration
    boxes: tuple[BoxAtQueue, ...]


@dataclass(frozen=True)
class DeclareAtBoxStart:
    """A declaration for one box."""

    declaration: Declaration
    box: BoxAtQueue
