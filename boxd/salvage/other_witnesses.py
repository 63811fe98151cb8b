"""What others than the ledger have seen: the simulated hardware's trace, Temporal's histories."""

from __future__ import annotations

import json
from pathlib import Path

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus

from boxd.config import Config
from boxd.errors import BoxdError
from boxd.redemption import RedemptionStanding
from boxd.temporal.client import connect
from boxd.temporal.seal import existing_seal
from boxd.workflows.client_errors import as_temporal_unavailable
from boxd.workflows.redemption.messages import WORKFLOW, redemption_of

_CONNECTS_WITHIN_S = 3
_MOST = 1000


def unexplained_pulses(trace: Path, orders: int) -> str:
    """That latches moved more often than the orders that are known, in words; empty if not."""
    if not trace.exists():
        return ""
    pulses = sum(_is_pulse(line) for line in trace.read_bytes().splitlines())
    if pulses <= orders:
        return ""
    return (
        f"latches moved {pulses} times ({trace.name}), and {orders} orders are known:"
        f" {pulses - orders} openings that nothing explains; count the stock"
    )


def _is_pulse(line: bytes) -> bool:
    try:
        seen = json.loads(line)
    except ValueError:
        return False
    return isinstance(seen, dict) and seen.get("what") == "latch" and seen.get("level") == 1


async def unknown_redemptions(config: Config, known: frozenset[str]) -> list[str]:
    """The redemptions in Temporal's histories that neither ledger nor trail know, in words.

    A history names bay, locker and prize, and no code: it proves that a prize went out, and to
    nobody. Says so itself if the server does not answer.
    """
    try:
        seal = existing_seal(config.sealing_key_file)
        client = await connect(config.temporal, seal, _CONNECTS_WITHIN_S)
        with as_temporal_unavailable():
            return [
                await _told(client, run, redemption)
                async for run in client.list_workflows(f"WorkflowType = '{WORKFLOW}'", limit=_MOST)
                if (redemption := redemption_of(run.id, config.box.id)) not in known
            ]
    except BoxdError as error:
        return [f"Temporal's histories could not be asked: {error}"]


async def _told(client: Client, run: WorkflowExecution, redemption: str) -> str:
    begun = f"redemption {redemption}, begun {run.start_time:%Y-%m-%d %H:%M:%S} UTC"
    if run.status is not WorkflowExecutionStatus.COMPLETED:
        return f"{begun}, was under way: neither ledger nor trail know its code"
    handle = client.get_workflow_handle(run.id, run_id=run.run_id, result_type=RedemptionStanding)
    ended = await handle.result()
    return (
        f"{begun}, ended as {ended.stage} with {ended.sku or 'nothing'} at locker {ended.locker}:"
        " neither ledger nor trail know its code"
    )
