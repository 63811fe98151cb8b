"""Turning time back: a recorded history run against the present program, up to any event.

Forward and backward are the same: each step is a replay up to its event, and a history is short.
"""

from __future__ import annotations

import asyncio
import json
import re
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from temporalio import workflow
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.worker import (
    ExecuteWorkflowInput,
    Interceptor,
    Replayer,
    UnsandboxedWorkflowRunner,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from boxd.workflows.stopping import StopsAfter

_SAID = re.compile(r"Nondeterminism error: ([^\"]+)\"")
_BOXD = str(Path(__file__).parents[1])
# What identifies a code, or is of no use to anybody who reads it.
_UNSAID = frozenset({"digest", "code"})
_SCHEDULED = EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED
_OF_TASKS = frozenset(
    {
        _SCHEDULED,
        EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
        EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
    }
)


@dataclass(frozen=True)
class PastMoment:
    """What the workflow knew after event `last`, and the line of its program where it waited."""

    last: int
    at: str
    happened: tuple[str, ...]
    state: Mapping[str, Any]
    line: str = ""


@dataclass(frozen=True)
class Fit:
    """Whether a history fits the present program; if not, from which event on, and why."""

    fits: bool
    event: int = 0
    why: str = ""


@dataclass
class _Seen:
    """What a replay left behind."""

    state: Mapping[str, Any]
    line: str = ""


class TimeMachine:
    """Replays histories with the workflows of this release."""

    def __init__(
        self, workflows: Sequence[type], namespace: str, data_converter: DataConverter
    ) -> None:
        self._workflows = workflows
        self._namespace = namespace
        self._data_converter = data_converter

    async def verdict(self, history: WorkflowHistory) -> Fit:
        """Whether the history fits the present program; if not, the first turn that does not."""
        before, line = 0, ""
        for end in _ends(history):
            part = WorkflowHistory(history.workflow_id, list(history.events)[:end])
            failure, seen = await self._replay(part)
            if failure is not None:
                new = list(history.events)[before:end]
                return Fit(False, before + 1, _why(failure, new, seen.line or line))
            before, line = end, seen.line
        return Fit(fits=True)

    async def moments(self, history: WorkflowHistory) -> list[PastMoment]:
        """Every moment at which the workflow has come to rest, in their order."""
        return [await self.moment(history, end) for end in _ends(history)]

    async def moment(self, history: WorkflowHistory, event: int) -> PastMoment:
        """The workflow at rest after this event."""
        last, part = _turn_with(history, event)
        _, seen = await self._replay(part)
        return _moment(history, last, seen)

    def turns(self, history: WorkflowHistory) -> list[int]:
        """The last event of each turn, in their order."""
        return _ends(history)

    async def stopped(
        self, history: WorkflowHistory, event: int, stop: Callable[[], None]
    ) -> PastMoment:
        """Call `stop` where the turn with this event begins.

        Returns the workflow at rest after it.
        """
        last, part = _turn_with(history, event)
        _, seen = await self._replay(part, StopsAfter(_end_before(history, last), stop))
        return _moment(history, last, seen)

    async def _replay(
        self, history: WorkflowHistory, stops: StopsAfter | None = None
    ) -> tuple[Exception | None, _Seen]:
        seen = _Seen({})
        replayer = Replayer(
            namespace=self._namespace,
            workflows=self._workflows,
            workflow_runner=stops or UnsandboxedWorkflowRunner(),
            data_converter=self._data_converter,
            interceptors=[_Watching(seen)],
            debug_mode=stops is not None,  # a person who reads a line is no deadlock
        )
        result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
        return result.replay_failure, seen


class _Watching(Interceptor):
    """Lets a replay leave behind what the workflow knew, and where it waited."""

    def __init__(self, seen: _Seen) -> None:
        self._seen = seen

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002 - the SDK's name
    ) -> type[WorkflowInboundInterceptor]:
        """The class that watches one workflow."""
        seen = self._seen

        class Watch(WorkflowInboundInterceptor):
            async def execute_workflow(
                self,
                input: ExecuteWorkflowInput,  # noqa: A002 - the SDK's name
            ) -> Any:
                instance = workflow.instance()
                try:
                    return await super().execute_workflow(input)
                except BaseException as error:
                    seen.line = _line_of(error)
                    raise
                finally:
                    seen.state = dict(_plain_members(instance))

        return Watch


def _turn_with(history: WorkflowHistory, event: int) -> tuple[int, WorkflowHistory]:
    """The last event of the turn that has this event, and the history up to there."""
    last = next((each for each in _ends(history) if each >= event), len(history.events))
    return last, WorkflowHistory(history.workflow_id, list(history.events)[:last])


def _end_before(history: WorkflowHistory, last: int) -> int:
    """The last event of the turn before the one that ends with `last`; 0 before the first."""
    return max((each for each in _ends(history) if each < last), default=0)


def _moment(history: WorkflowHistory, last: int, seen: _Seen) -> PastMoment:
    new = list(history.events)[_end_before(history, last) : last]
    return PastMoment(
        last,
        new[-1].event_time.ToDatetime().isoformat(timespec="milliseconds") + "Z",
        tuple(_in_words(each) for each in new if each.event_type not in _OF_TASKS),
        seen.state,
        seen.line,
    )


def _why(failure: Exception, turn: Sequence[HistoryEvent], line: str) -> str:
    """What the history has from that turn on, and what the present program does instead."""
    said = _SAID.search(str(failure))
    happened = "; ".join(_in_words(each) for each in turn if each.event_type not in _OF_TASKS)
    program = f"; the present program is at {line}" if line else ""
    return f"the history has {happened}{program} ({said[1] if said else failure})"


def _line_of(error: BaseException) -> str:
    """The line of boxd's own program where the workflow was."""
    frames = [
        each for each in traceback.extract_tb(error.__traceback__) if each.filename != __file__
    ]
    ours = [each for each in frames if each.filename.startswith(_BOXD)]
    if not ours:
        return ""
    last = ours[-1]
    return f"{Path(last.filename).relative_to(Path(_BOXD).parent)}:{last.lineno} ({last.line})"


def _ends(history: WorkflowHistory) -> list[int]:
    """The last events of the turns in which the workflow was at work."""
    events = list(history.events)
    ends = [each.event_id - 1 for each in events if each.event_type == _SCHEDULED]
    return [end for end in ends if end > 1] + [events[-1].event_id]


def _in_words(event: HistoryEvent) -> str:
    name = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_").lower().replace("_", " ")
    if event.HasField("marker_recorded_event_attributes"):
        return f"{event.event_id} {_marked(event)}"
    if event.HasField("workflow_execution_update_accepted_event_attributes"):
        accepted = event.workflow_execution_update_accepted_event_attributes
        return f"{event.event_id} {name} ({accepted.accepted_request.input.name})"
    return f"{event.event_id} {name}"


def _marked(event: HistoryEvent) -> str:
    """A local activity by its name: the marker's own data, which nobody seals, has it."""
    marker = event.marker_recorded_event_attributes
    for payload in marker.details["data"].payloads if "data" in marker.details else ():
        try:
            return f"activity {json.loads(payload.data)['activity_type']}"
        except (ValueError, KeyError, TypeError):
            break
    return f"marker {marker.marker_name}"


def _plain_members(instance: object) -> Iterator[tuple[str, Any]]:
    for name, value in vars(instance).items():
        if not isinstance(value, asyncio.Future):
            yield name.lstrip("_"), _plain(value)


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(each) for name, each in asdict(value).items() if name not in _UNSAID}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items() if name not in _UNSAID}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
