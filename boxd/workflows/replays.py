"""Where a history comes from that is to be replayed: this box's server, or a file of any box."""

from __future__ import annotations

from pathlib import Path

from temporalio.client import Client, WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.service import RPCError

from boxd.config import Config
from boxd.errors import BadInput, NotFound
from boxd.temporal.client import connect
from boxd.temporal.message_converter import sealed_converter
from boxd.temporal.seal import existing_seal
from boxd.workflows.box_ids import at_box
from boxd.workflows.runner import OF_TASKS, WORKFLOWS
from boxd.workflows.time_machine import TimeMachine

_CONNECTS_WITHIN_S = 5
# "json/plain" as a history's file has it: payloads that nobody has sealed.
_PLAIN = "anNvbi9wbGFpbg=="
Replayable = tuple[WorkflowHistory, TimeMachine]


async def from_server(config: Config, kind: str, name: str) -> Replayable:
    """The history of a redemption, task or recovery. Raises NotFound, TemporalUnavailable."""
    client = await connect(
        config.temporal, existing_seal(config.sealing_key_file), _CONNECTS_WITHIN_S
    )
    try:
        return await at_server(client, kind, name, config.box.id)
    except RPCError as error:
        raise NotFound(
            f"Temporal has no history of {kind} '{name}' ({error.message}). Of what has ended it"
            " keeps the newest 1,000; what was healed is in healed/: replay it with --file"
        ) from error


async def at_server(client: Client, kind: str, name: str, box: str) -> Replayable:
    """The history of a box's redemption, task or recovery. Raises RPCError."""
    workflow = client.get_workflow_handle(at_box(f"{kind}-{name}", box))
    history = await workflow.fetch_history()
    return history, _machine(client.namespace, client.data_converter)


def from_file(config: Config | None, file: Path, key: Path | None) -> Replayable:
    """A history that somebody kept. Raises BadInput, KeysMissing.

    Without `config` it has to be one that nobody has sealed.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise BadInput(f"{file} is no history of a workflow: {error}") from error
    return from_text(config, file.stem, text, key)


def from_text(config: Config | None, name: str, text: str, key: Path | None = None) -> Replayable:
    """A history in JSON, as Temporal's commands write it. Raises BadInput, KeysMissing."""
    try:
        history = WorkflowHistory.from_json(name, text)
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{name} is no history of a workflow: {error}") from error
    if _PLAIN in text or config is None:
        return history, _machine("default", DataConverter.default)
    sealed = sealed_converter(existing_seal(key or config.sealing_key_file))
    return history, _machine(config.temporal.namespace, sealed)


def _machine(namespace: str, converter: DataConverter) -> TimeMachine:
    return TimeMachine([*WORKFLOWS, *OF_TASKS], namespace, converter)
