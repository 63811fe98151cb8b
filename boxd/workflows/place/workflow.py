"""Holds a box's name at a shared service for as long as its installation wants it."""

from __future__ import annotations

from temporalio import workflow

from boxd.workflows.place.messages import WORKFLOW, PlaceStart


@workflow.defn(name=WORKFLOW)
class PlaceWorkflow:
    """Runs until the box leaves, or a person ends it: that it runs is what keeps a twin out."""

    def __init__(self) -> None:
        self._has_left = False

    @workflow.run
    async def run(self, start: PlaceStart) -> str:
        """Wait until the holder leaves; returns which one it was."""
        await workflow.wait_condition(lambda: self._has_left)
        return start.holder

    @workflow.signal
    def leave(self) -> None:
        """The holder does not need the name any more."""
        self._has_left = True
