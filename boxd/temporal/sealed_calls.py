"""A sealed header on every start, signal and activity: some of them have nothing else to seal.

It is bound to the workflow, to the kind and name of the call, and to the number of its arguments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NoReturn

import temporalio.client
import temporalio.worker
from temporalio import activity, workflow
from temporalio.api.common.v1 import Payload
from temporalio.client import (
    Schedule,
    ScheduleActionStartWorkflow,
    SignalWorkflowInput,
    StartWorkflowInput,
)
from temporalio.worker import (
    ActivityInboundInterceptor,
    ContinueAsNewInput,
    ExecuteActivityInput,
    StartActivityInput,
    StartChildWorkflowInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)

from boxd.temporal.message_converter import not_sealed
from boxd.temporal.payload_codec import purpose_of
from boxd.temporal.seal import Seal

Headers = Mapping[str, Payload]

# A schedule appends this to the id that it was given.
_BEGUN_AT = re.compile(r"-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")


class CallKind(StrEnum):
    """The kind of call; also the header's name, because a signal may come with a start."""

    START = "boxd-start"
    SIGNAL = "boxd-signal"
    ACTIVITY = "boxd-activity"


class CallSeal:
    """Writes the header of a call, and checks whether a call has a fitting one."""

    def __init__(self, seal: Seal, namespace: str) -> None:
        self._seal = seal
        self._namespace = namespace

    def header(
        self, kind: CallKind, workflow_id: str, name: str, arguments: Sequence[Any]
    ) -> Headers:
        """The header of a call of the workflow, signal or activity `name`."""
        purpose = self._purpose(kind, workflow_id, name, len(arguments))
        return {kind: Payload(data=self._seal.close(b"", purpose))}

    def fits(
        self,
        headers: Headers,
        kind: CallKind,
        workflow_id: str,
        name: str,
        arguments: Sequence[Any],
    ) -> bool:
        """Whether this box made the call."""
        given = headers.get(kind)
        if given is None:
            return False
        purpose = self._purpose(kind, workflow_id, name, len(arguments))
        return self._seal.open(given.data, purpose) is not None

    def _purpose(self, kind: CallKind, workflow_id: str, name: str, count: int) -> bytes:
        place = f"{kind} {len(name)} {name} {count} {_BEGUN_AT.sub('', workflow_id)}"
        return purpose_of(self._namespace, place.encode())


class SealedCalls(temporalio.client.Interceptor, temporalio.worker.Interceptor):
    """Adds the header to this box's calls; refuses activities from the server without it.

    `boxd.temporal.sealed_runner` checks starts and signals before.
    """

    def __init__(self, calls: CallSeal) -> None:
        self._calls = calls

    def intercept_client(
        self, inner: temporalio.client.OutboundInterceptor
    ) -> temporalio.client.OutboundInterceptor:
        """The client's starts and signals get the header."""
        return _ClientCalls(inner, self._calls)

    def intercept_activity(self, inner: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Activities from the server need the header."""
        return _CheckedActivities(inner, self._calls)

    def workflow_interceptor_class(
        self, call: WorkflowInterceptorClassInput
    ) -> type[WorkflowInboundInterceptor]:
        """Starts by workflows get the header."""
        calls = self._calls

        class Inbound(WorkflowInboundInterceptor):
            """Passes the outbound calls on."""

            def init(self, outbound: WorkflowOutboundInterceptor) -> None:
                """See base class."""
                super().init(_WorkflowCalls(outbound, calls))

        return Inbound


def seal_action(schedule: Schedule, calls: CallSeal) -> None:
    """Add the header to a schedule's action."""
    action = schedule.action
    assert isinstance(action, ScheduleActionStartWorkflow)  # noqa: S101 - there is no other kind
    action.headers = calls.header(CallKind.START, action.id, action.workflow, action.args)


class _ClientCalls(temporalio.client.OutboundInterceptor):
    def __init__(self, inner: temporalio.client.OutboundInterceptor, calls: CallSeal) -> None:
        super().__init__(inner)
        self._calls = calls

    async def start_workflow(
        self, call: StartWorkflowInput
    ) -> temporalio.client.WorkflowHandle[Any, Any]:
        calls, workflow_id = self._calls, call.id
        headers = calls.header(CallKind.START, workflow_id, call.workflow, call.args)
        if (signal := call.start_signal) is not None:
            heard = calls.header(CallKind.SIGNAL, workflow_id, signal, call.start_signal_args)
            headers = {**headers, **heard}
        call.headers = {**call.headers, **headers}
        return await super().start_workflow(call)

    async def signal_workflow(self, call: SignalWorkflowInput) -> None:
        headers = self._calls.header(CallKind.SIGNAL, call.id, call.signal, call.args)
        call.headers = {**call.headers, **headers}
        await super().signal_workflow(call)


class _WorkflowCalls(WorkflowOutboundInterceptor):
    def __init__(self, inner: WorkflowOutboundInterceptor, calls: CallSeal) -> None:
        super().__init__(inner)
        self._calls = calls

    def continue_as_new(self, call: ContinueAsNewInput) -> NoReturn:
        info = workflow.info()
        name = call.workflow or info.workflow_type
        call.headers = self._calls.header(CallKind.START, info.workflow_id, name, call.args)
        super().continue_as_new(call)

    async def start_child_workflow(
        self, call: StartChildWorkflowInput
    ) -> workflow.ChildWorkflowHandle[Any, Any]:
        call.headers = self._calls.header(CallKind.START, call.id, call.workflow, call.args)
        return await super().start_child_workflow(call)

    def start_activity(self, call: StartActivityInput) -> workflow.ActivityHandle[Any]:
        workflow_id = workflow.info().workflow_id
        call.headers = self._calls.header(CallKind.ACTIVITY, workflow_id, call.activity, call.args)
        return super().start_activity(call)


class _CheckedActivities(ActivityInboundInterceptor):
    def __init__(self, inner: ActivityInboundInterceptor, calls: CallSeal) -> None:
        super().__init__(inner)
        self._calls = calls

    async def execute_activity(self, call: ExecuteActivityInput) -> Any:
        info = activity.info()
        # A workflow in this very process has called a local activity.
        is_ours = info.is_local or self._calls.fits(
            call.headers,
            CallKind.ACTIVITY,
            info.workflow_id or "",
            info.activity_type,
            call.args,
        )
        if not is_ours:
            raise not_sealed(f"the activity {info.activity_type} was not called by this box")
        return await super().execute_activity(call)
