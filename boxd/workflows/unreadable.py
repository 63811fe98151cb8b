"""Ends what the Temporal server holds and this box can't read.

It was not sealed, or with another key: after the upgrade from a release without seals, after the
loss of the key, or with another server. The ledger then starts again what is open.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from boxd.key_file import write_whole
from boxd.temporal.queues import task_queue, tasks_queue
from boxd.temporal.seal import Seal
from boxd.workflows.housekeeping.schedules import NAMES, schedule_id

log = structlog.get_logger(__name__)

_WHY = "it was not sealed by the key of this box; the ledger begins it again"


async def end_unreadable(client: Client, box: str, seal: Seal, used: Path) -> None:
    """End everything of this box that was started before this server got this key.

    `used` names the key and the server; it is written once nothing older runs any more.
    """
    mark = f"{seal.name} {client.service_client.config.target_host} {client.namespace}\n"
    if await asyncio.to_thread(_read, used) == mark:
        return
    ended = await _delete_schedules(client, box) + await _end_workflows(client, box)
    await asyncio.to_thread(write_whole, used, mark)
    log.info("sealing.began", key=seal.name, ended=ended)


async def _delete_schedules(client: Client, box: str) -> int:
    """By their names alone: 'boxd-a-b-backup' is the schedule of box 'a-b', not one of box 'a'."""
    ours = {schedule_id(box, name) for name in NAMES}
    found = [each.id async for each in await client.list_schedules() if each.id in ours]
    for name in found:
        await client.get_schedule_handle(name).delete()
    return len(found)


async def _end_workflows(client: Client, box: str) -> int:
    queues = f"('{task_queue(box)}', '{tasks_queue(box)}')"
    count = 0
    async for found in client.list_workflows(
        f"ExecutionStatus = 'Running' AND TaskQueue IN {queues}"
    ):
        try:
            await client.get_workflow_handle(found.id).terminate(reason=_WHY)
            count += 1
        except RPCError as error:  # it has closed meanwhile
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
    return count


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""
