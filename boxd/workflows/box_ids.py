"""Workflow ids that name their box: two boxes may share a Temporal service."""

from __future__ import annotations

from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

# In the ids of one box's workflows it stands before the box; earlier releases had no box there.
_AT = "@"
BOX = SearchAttributeKey.for_keyword("BoxdBox")
PRIZE = SearchAttributeKey.for_keyword("BoxdPrize")
OLD_ID = "it goes on from the ledger under an id that names its box"


def at_box(workflow: str, box: str) -> str:
    """The id of the workflow `workflow` at this box."""
    return f"{workflow}{_AT}{box}"


def without_box(workflow: str, box: str) -> str:
    """The id without its box; also one that an earlier release gave, which had none."""
    return workflow.removesuffix(_AT + box)


def box_part(workflow: str, name: str) -> str:
    """What follows `name` in a workflow's id: the box, or nothing in an earlier release's."""
    return workflow.removeprefix(name) if workflow.startswith(name + _AT) else ""


def names_its_box(workflow: str, box: str) -> bool:
    """Whether it is an id of this release, and not one that an earlier release gave."""
    return workflow.endswith(_AT + box)


def found_by_box(box: str) -> TypedSearchAttributes:
    """The search attributes of a workflow that only says whose it is."""
    return TypedSearchAttributes([SearchAttributePair(BOX, box)])
