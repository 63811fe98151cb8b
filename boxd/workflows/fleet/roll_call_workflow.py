"""Asks every other box of the event what the calling one may have forgotten."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from boxd.workflows.fleet.messages import ROLL_CALL, AskedBox, RollCallStart
from boxd.workflows.fleet.signatures import FleetSignatures

_EACH_TRY = timedelta(seconds=10)
# Without an end: the question to a box that is away waits in its queue.
_WITHOUT_END = RetryPolicy(
    initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=5)
)


@workflow.defn(name=ROLL_CALL)
class RollCallWorkflow:
    """Runs at the calling box until all others were heard."""

    @workflow.run
    async def run(self, start: RollCallStart) -> None:
        """Ask them all at once."""
        await asyncio.gather(*[self._ask(other) for other in start.others])

    async def _ask(self, other: AskedBox) -> None:
        call = other.call
        while True:
            answer = await workflow.execute_activity_method(
                FleetSignatures.answer_roll_call,
                call,
                task_queue=other.queue,
                start_to_close_timeout=_EACH_TRY,
                retry_policy=_WITHOUT_END,
            )
            await workflow.execute_activity_method(
                FleetSignatures.hear_answer,
                answer,
                start_to_close_timeout=_EACH_TRY,
                retry_policy=_WITHOUT_END,
            )
            if not answer.more_after:
                return
            call = replace(call, after=answer.more_after)
