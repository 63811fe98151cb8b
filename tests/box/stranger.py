"""Another user of the machine, who sends a running box everything that can be sent.

`python -m tests.box.stranger`, told as JSON on its input what there is; tells what it did. Whatever
it needs is loaded before it becomes that user, who may not read a developer's files.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import temporalio.api.operatorservice.v1 as operator_api
import temporalio.api.workflowservice.v1 as workflow_api
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from temporalio import workflow
from temporalio.api.batch.v1 import BatchOperationTermination
from temporalio.api.command.v1 import Command
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import CommandType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.client import Client, WorkflowHandle
from temporalio.common import RawValue, RetryPolicy
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

UID = 4322
QUICKLY = timedelta(seconds=5)
A_POLL = timedelta(seconds=2)
# These wait for a task that comes, and are made by themselves.
POLLS = {"poll_workflow_task_queue", "poll_activity_task_queue", "poll_nexus_task_queue"}
# After these a new database is begun: tests/temporal/test_spoilt_database.py has them.
SPOILING = {"deprecate_namespace", "remove_search_attributes"}


@dataclass(frozen=True)
class Known:
    """What a stranger can find out of a box, and is told here."""

    port: int
    queues: list[str]
    workflows: list[str]
    open_ones: list[str]  # the ids of running workflows
    updates: list[str]
    signals: list[str]
    queries: list[str]
    activities: list[str]
    schedules: list[str]
    sockets: list[str]
    files: list[str]


@workflow.defn(name="Foreign", sandboxed=False)
class Foreign:
    """The stranger's own workflow, which sends the box's worker an activity."""

    @workflow.run
    async def run(self, queue: str, name: str) -> Any:
        return await workflow.execute_activity(
            name,
            args=[{"redemption": "made-up"}],
            task_queue=queue,
            schedule_to_close_timeout=timedelta(seconds=2),
            retry_policy=RetryPolicy(maximum_attempts=1),
        )


async def attack(known: Known) -> dict[str, int]:
    """Send all of it; how many messages of each kind were sent."""
    client = await Client.connect(f"127.0.0.1:{known.port}")
    sent: dict[str, int] = {}
    for name, messages in {
        "start": starts(client, known),
        "activity": activities(client, known),
        "update": updates(client, known),
        "signal": signals(client, known),
        "query": queries(client, known),
        "replay": replays(client, known),
        "result": results(client, known),
        "schedule": schedules(client, known),
        "call": calls(client, known),
        "end": ends(client, known),
    }.items():
        sent[name] = 0
        async for _ in messages:
            sent[name] += 1
    return sent


async def starts(client: Client, known: Known) -> AsyncIterator[None]:
    for queue in known.queues:
        for name in known.workflows:
            for number, arguments in enumerate(([], [{"redemption": "made up", "bay": "bay-1"}])):
                workflow_id = f"forged-{queue}-{name}-{number}"
                await client.start_workflow(name, args=arguments, id=workflow_id, task_queue=queue)
                yield None
    for number, signal in enumerate(known.signals):
        await client.start_workflow(
            known.workflows[0],
            id=f"forged-with-signal-{number}",
            task_queue=known.queues[0],
            start_signal=signal,
        )
        yield None


async def activities(client: Client, known: Known) -> AsyncIterator[None]:
    async with own_worker(client):
        queue = known.queues[0]  # the other one takes none from the server
        asked = [asks(client, queue, each) for each in known.activities]
        for _ in await asyncio.gather(*asked, return_exceptions=True):
            yield None


def own_worker(client: Client) -> Worker:
    return Worker(
        client,
        task_queue="own",
        workflows=[Foreign],
        workflow_runner=UnsandboxedWorkflowRunner(),
        build_id="own",  # the SDK's own reads every module
    )


async def asks(client: Client, queue: str, name: str) -> None:
    workflow_id = f"foreign-{queue}-{name}"
    await client.execute_workflow(Foreign.run, args=[queue, name], id=workflow_id, task_queue="own")


def each_open(client: Client, known: Known) -> Iterator[WorkflowHandle[Any, Any]]:
    for workflow_id in known.open_ones:
        yield client.get_workflow_handle(workflow_id)


async def updates(client: Client, known: Known) -> AsyncIterator[None]:
    for handle in each_open(client, known):
        for name in known.updates:
            for arguments in ([], [{"kind": "loaded", "actor": "Eva", "step": 1}]):
                with suppress(Exception):
                    await handle.execute_update(name, args=arguments, rpc_timeout=QUICKLY)
                yield None


async def signals(client: Client, known: Known) -> AsyncIterator[None]:
    for handle in each_open(client, known):
        for name in known.signals:
            for arguments in ([], ["made up"]):
                with suppress(RPCError):  # it may be being begun again at this moment
                    await handle.signal(name, args=arguments)
                yield None


async def queries(client: Client, known: Known) -> AsyncIterator[None]:
    for handle in each_open(client, known):
        for name in (*known.queries, "__stack_trace", "__temporal_workflow_metadata"):
            with suppress(Exception):
                told = await handle.query(name, result_type=RawValue, rpc_timeout=QUICKLY)
                assert told.payload.metadata["encoding"] == b"binary/sealed", f"{name} tells"
            yield None


async def replays(client: Client, known: Known) -> AsyncIterator[None]:
    """Send what the box has sent once more: to where it was sent, and elsewhere."""
    for handle in each_open(client, known):
        history = await handle.fetch_history()
        begun = history.events[0].workflow_execution_started_event_attributes
        payloads = list(begun.input.payloads)
        for event in history.events:
            accepted = event.workflow_execution_update_accepted_event_attributes
            payloads += accepted.accepted_request.input.args.payloads
        for other in each_open(client, known):
            for name in known.updates:
                for payload in payloads:
                    with suppress(Exception):
                        await other.execute_update(name, RawValue(payload), rpc_timeout=QUICKLY)
                    yield None
        for workflow_id in (handle.id, f"{handle.id}-again"):
            with suppress(RPCError):  # the first is running
                await client.workflow_service.start_workflow_execution(
                    begun_again(client, workflow_id, begun)
                )
            yield None


def begun_again(
    client: Client, workflow_id: str, begun: Any
) -> workflow_api.StartWorkflowExecutionRequest:
    return workflow_api.StartWorkflowExecutionRequest(
        namespace=client.namespace,
        workflow_id=workflow_id,
        workflow_type=begun.workflow_type,
        task_queue=begun.task_queue,
        input=begun.input,
        header=begun.header,
        request_id=workflow_id,
    )


async def results(client: Client, known: Known) -> AsyncIterator[None]:
    """Take the box's own tasks from its queues, and say that they are done."""
    service = client.workflow_service
    for queue in known.queues:
        for workflow_id in known.open_ones:
            with suppress(RPCError):
                await client.get_workflow_handle(workflow_id).signal("look_again")
        request = workflow_api.PollWorkflowTaskQueueRequest(
            namespace=client.namespace, task_queue=TaskQueue(name=queue)
        )
        with suppress(RPCError):
            task = await service.poll_workflow_task_queue(request, timeout=A_POLL)
            done = Command(command_type=CommandType.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION)
            await service.respond_workflow_task_completed(
                workflow_api.RespondWorkflowTaskCompletedRequest(
                    namespace=client.namespace, task_token=task.task_token, commands=[done]
                )
            )
        yield None


async def calls(client: Client, known: Known) -> AsyncIterator[None]:
    """Make every call that the server has, filled with what fits an open workflow."""
    for workflow_id in known.open_ones:
        values = {
            "namespace": client.namespace,
            "workflow_id": workflow_id,
            "task_queue": known.queues[0],
            "schedule_id": known.schedules[0],
        }
        for service, api in (
            (client.workflow_service, workflow_api),
            (client.operator_service, operator_api),
        ):
            for name in set(dir(type(service))) - POLLS - SPOILING:
                request = getattr(api, f"{name.title().replace('_', '')}Request", None)
                if request is not None and not name.startswith("_"):
                    with suppress(RPCError):
                        await getattr(service, name)(filled(request(), values), timeout=QUICKLY)
                    yield None


def filled(message: Message, values: dict[str, str], depth: int = 0) -> Message:
    """Give every field a value: the known one of that name, or something."""
    for field in message.DESCRIPTOR.fields:
        inner_type = field.message_type
        if field.is_repeated or (inner_type is not None and depth > 2):
            continue
        if field.containing_oneof and message.WhichOneof(field.containing_oneof.name):
            continue
        if inner_type is not None:
            if not inner_type.full_name.startswith("google."):
                inner = getattr(message, field.name)
                inner.SetInParent()
                filled(inner, values, depth + 1)
        elif field.type == FieldDescriptor.TYPE_STRING and field.name in values:
            setattr(message, field.name, values[field.name])
        elif field.type == FieldDescriptor.TYPE_STRING and field.name == "name":
            setattr(message, field.name, values["task_queue"])
    return message


async def schedules(client: Client, known: Known) -> AsyncIterator[None]:
    for name in known.schedules:
        schedule = client.get_schedule_handle(name)
        for do in (schedule.trigger, schedule.pause, schedule.unpause, schedule.delete):
            with suppress(RPCError):  # one that is being begun again is not there for a moment
                await do()
            yield None


async def ends(client: Client, known: Known) -> AsyncIterator[None]:
    """Cancel, end and delete what is open, each one and all at once."""
    for handle in each_open(client, known):
        with suppress(RPCError):
            await handle.cancel()
        yield None
    await client.workflow_service.start_batch_operation(
        workflow_api.StartBatchOperationRequest(
            namespace=client.namespace,
            job_id="forged",
            reason="made up",
            visibility_query="ExecutionStatus='Running'",
            termination_operation=BatchOperationTermination(),
        )
    )
    yield None
    for handle in each_open(client, known):
        with suppress(RPCError):
            await handle.terminate()
        with suppress(RPCError):
            await client.workflow_service.delete_workflow_execution(
                workflow_api.DeleteWorkflowExecutionRequest(
                    namespace=client.namespace,
                    workflow_execution=WorkflowExecution(workflow_id=handle.id),
                )
            )
        yield None


def what_opens(known: Known) -> Iterator[str]:
    """The sockets that take a connection, and the files that can be read or written."""
    for name in known.sockets:
        with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.connect(name)
            yield name
    for name in known.files:
        for flags in (os.O_RDONLY, os.O_WRONLY):
            with suppress(OSError):
                os.close(os.open(name, flags))
                yield name


def become_another() -> None:
    """Be another user, for good."""
    os.setgroups([])
    os.setgid(UID)
    os.setuid(UID)


async def load_all(known: Known) -> None:
    """Use what loads modules only when it is used."""
    async with own_worker(await Client.connect(f"127.0.0.1:{known.port}")):
        pass


def main() -> None:
    """Attack, and tell of it."""
    known = Known(**json.load(sys.stdin))
    asyncio.run(load_all(known))
    become_another()
    sent = asyncio.run(attack(known))
    print(json.dumps({"sent": sent, "opened": list(what_opens(known))}), flush=True)
    # Threads of the SDK's that still end now and then take the interpreter's last breath with them.
    os._exit(0)


if __name__ == "__main__":
    main()
