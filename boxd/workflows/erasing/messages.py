"""The inputs and results of the workflows that delete histories."""

from __future__ import annotations

from dataclasses import dataclass

from boxd.workflows.box_ids import at_box

ERASE_HISTORIES = "EraseHistories"
ERASE_SOME = "EraseSome"
# By name: it is sent with the start of the workflow, for which the SDK only takes names.
MORE = "more"
CHILDREN = "histories-"


def erasing_workflow_id(box: str) -> str:
    """The id of the parent; a box has one."""
    return at_box("erasing", box)


def share_workflow_id(box: str, run: str, number: int) -> str:
    """The id of a child of this run of the parent."""
    return at_box(f"{CHILDREN}{run}-{number}", box)


@dataclass(frozen=True)
class EraseStart:
    """How many turns a run takes before it continues as new, and how wide each is."""

    box: str
    turns: int = 50
    children: int = 4
    tasks_each: int = 25


@dataclass(frozen=True)
class HistoriesLeft:
    """Tasks whose histories can go now, and how many there are in all."""

    tasks: tuple[str, ...]
    left: int
