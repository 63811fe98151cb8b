"""The gate before workflow code: stops starts and signals that this box did not make.

A forged workflow ends at its first task; a forged signal is dropped, and its workflow never sees
it. Updates and queries need no gate: the SDK rejects those whose arguments can't be converted.
"""

from __future__ import annotations

from typing import Any

import structlog
import temporalio.workflow
from temporalio.bridge.proto.workflow_activation.workflow_activation_pb2 import (
    InitializeWorkflow,
    SignalWorkflow,
    WorkflowActivation,
)
from temporalio.bridge.proto.workflow_completion.workflow_completion_pb2 import (
    WorkflowActivationCompletion,
)
from temporalio.worker import (
    UnsandboxedWorkflowRunner,
    WorkflowInstance,
    WorkflowInstanceDetails,
    WorkflowRunner,
)

from boxd.temporal.message_converter import NOT_SEALED
from boxd.temporal.payload_codec import is_refused
from boxd.temporal.sealed_calls import CallKind, CallSeal

log = structlog.get_logger("boxd.temporal")


class SealedWorkflowRunner(WorkflowRunner):
    """Runs the workflows that this box has started; without the SDK's sandbox (docs/adr/0011)."""

    def __init__(self, calls: CallSeal) -> None:
        self._calls = calls
        self._runner = UnsandboxedWorkflowRunner()

    def prepare_workflow(self, defn: Any) -> None:
        """See base class."""
        self._runner.prepare_workflow(defn)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """A run of a workflow, behind the gate."""
        return _Gate(self._runner.create_instance(det), det.info, self._calls)


class _Gate(WorkflowInstance):
    """Checks each activation before the workflow gets it."""

    def __init__(
        self, instance: WorkflowInstance, info: temporalio.workflow.Info, calls: CallSeal
    ) -> None:
        self._instance = instance
        self._info = info
        self._calls = calls

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """Pass on what this box made."""
        for job in act.jobs:
            if job.HasField("initialize_workflow") and not self._is_ours(job.initialize_workflow):
                return self._refuse()
        forged = [n for n, job in enumerate(act.jobs) if self._is_forged_signal(job)]
        for position in reversed(forged):
            del act.jobs[position]
        if forged:
            log.warning(
                "signal.dropped",
                why="this box did not send it",
                workflow=self._info.workflow_id,
            )
        return self._instance.activate(act)

    def _is_ours(self, start: InitializeWorkflow) -> bool:
        return self._fits(CallKind.START, start.workflow_type, start.headers, start.arguments)

    def _is_forged_signal(self, job: Any) -> bool:
        if not job.HasField("signal_workflow"):
            return False
        sent: SignalWorkflow = job.signal_workflow
        return not self._fits(CallKind.SIGNAL, sent.signal_name, sent.headers, sent.input)

    def _fits(self, kind: CallKind, name: str, headers: Any, arguments: Any) -> bool:
        if any(is_refused(argument) for argument in arguments):
            return False
        return self._calls.fits(headers, kind, self._info.workflow_id, name, arguments)

    def _refuse(self) -> WorkflowActivationCompletion:
        """End the workflow as failed."""
        log.warning(
            "workflow.refused",
            why="this box did not start it",
            workflow=self._info.workflow_id,
            kind=self._info.workflow_type,
        )
        completion = WorkflowActivationCompletion()
        failure = completion.successful.commands.add().fail_workflow_execution.failure
        failure.message = "it was not started by this box"
        failure.application_failure_info.type = NOT_SEALED
        failure.application_failure_info.non_retryable = True
        return completion

    def get_serialization_context(self, command_info: Any) -> Any:
        """See base class."""
        return self._instance.get_serialization_context(command_info)

    def get_external_store_context(self, command_info: Any) -> Any:
        """See base class."""
        return self._instance.get_external_store_context(command_info)

    def get_info(self) -> temporalio.workflow.Info:
        """See base class."""
        return self._instance.get_info()

    def get_thread_id(self) -> int | None:
        """See base class."""
        return self._instance.get_thread_id()
