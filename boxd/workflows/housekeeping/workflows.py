"""The workflows of housekeeping, each begun by its schedule or by hand.

A run that fails raises an alarm with the remedy, and ends as failed; the next good one clears it.
"""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

with workflow.unsafe.imports_passed_through():
    from boxd.workflows.housekeeping import messages
    from boxd.workflows.housekeeping.messages import Conclusion, Expired, RunPart

T = TypeVar("T")

# A slow card and a large ledger; what takes longer hangs.
_TIMEOUT = timedelta(minutes=30)
# What can be mended by waiting: a ledger that can't be written just now.
_RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=2),
    maximum_interval=timedelta(seconds=30),
    maximum_attempts=5,
)
# A device that is only just being found gets a second look.
_SECOND_LOOK = RetryPolicy(initial_interval=timedelta(seconds=10), maximum_attempts=2)


@workflow.defn(name=messages.WORKFLOWS[RunPart.EXPIRY])
class ExpiryWorkflow:
    """Ends what has expired, a few at a time, until nothing is left."""

    @workflow.run
    async def run(self) -> str:
        """Returns what was ended, in words."""
        return await _concluded(RunPart.EXPIRY, self._expire())

    async def _expire(self) -> str:
        codes = holds = 0
        while True:
            found = await _do(messages.EXPIRE, Expired)
            codes, holds = codes + found.codes, holds + found.holds
            if found.is_all:
                return f"{codes} codes expired, {holds} holds released"


@workflow.defn(name=messages.WORKFLOWS[RunPart.BACKUP])
class BackupWorkflow:
    """Makes a backup of the ledger."""

    @workflow.run
    async def run(self) -> str:
        """Returns which, in words."""
        return await _concluded(RunPart.BACKUP, _do(messages.BACK_UP, str))


@workflow.defn(name=messages.WORKFLOWS[RunPart.SELF_TEST])
class SelfTestWorkflow:
    """Tests the devices without moving a latch."""

    @workflow.run
    async def run(self) -> str:
        """Returns what was found, in words."""
        return await _concluded(
            RunPart.SELF_TEST, _do(messages.TEST_DEVICES, str, retries=_SECOND_LOOK)
        )


@workflow.defn(name=messages.WORKFLOWS[RunPart.VERIFICATION])
class VerificationWorkflow:
    """Follows the audit trail from its beginning."""

    @workflow.run
    async def run(self) -> str:
        """Returns what was found, in words."""
        return await _concluded(RunPart.VERIFICATION, _do(messages.VERIFY_AUDIT, str))


ALL = (ExpiryWorkflow, BackupWorkflow, SelfTestWorkflow, VerificationWorkflow)


async def _concluded(part: RunPart, work: Awaitable[str]) -> str:
    """Let the ledger know how the work ended."""
    try:
        said = await work
    except FailureError as error:  # bare from the activity, or wrapped when time was up
        cause = error.cause if isinstance(error, ActivityError) else error
        why = cause.message if isinstance(cause, ApplicationError) else str(cause or error)
        await _do(messages.CONCLUDE, type(None), Conclusion(part, why))
        raise ApplicationError(why, type=messages.FAILED, non_retryable=True) from error
    await _do(messages.CONCLUDE, type(None), Conclusion(part, ""))
    return said


async def _do(
    name: str, gives: type[T], *arguments: Conclusion, retries: RetryPolicy = _RETRIES
) -> T:
    result: T = await workflow.execute_local_activity(
        name,
        args=arguments,
        result_type=gives,
        start_to_close_timeout=_TIMEOUT,
        retry_policy=retries,
        # Longer pauses are timers: without, the worker would let the server know all the time.
        local_retry_threshold=timedelta(seconds=1),
    )
    return result
