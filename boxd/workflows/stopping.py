"""Stopping a replay where a turn of its workflow begins, for a debugger."""

from __future__ import annotations

from collections.abc import Callable

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.worker import (
    UnsandboxedWorkflowRunner,
    WorkflowInstance,
    WorkflowInstanceDetails,
)


class StopsAfter(UnsandboxedWorkflowRunner):
    """Calls `stop` once, when the workflow is to go on after the event `last`."""

    def __init__(self, last: int, stop: Callable[[], None]) -> None:
        super().__init__()
        self._last = last
        self._stop = stop
        self._has_stopped = False

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """The workflow, which stops."""
        instance = super().create_instance(det)
        activate = instance.activate

        def stopping(act: WorkflowActivation) -> WorkflowActivationCompletion:
            if act.history_length > self._last and not self._has_stopped:
                self._has_stopped = True
                self._stop()
            # A debugger stops here; one step into, and it is in the workflow's own program.
            return activate(act)

        instance.activate = stopping  # type: ignore[method-assign]
        return instance
