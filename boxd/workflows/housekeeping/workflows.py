"""The workflows of housekeeping, each started by its schedule or by hand.

A run that fails raises an alarm with the remedy, and ends as failed; the next good one clears it.
"""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, FailureError
from temporalio.workflow import LocalActivityConfig

with workflow.unsafe.imports_passed_through():
    from boxd.workflows.housekeeping import messages
    from boxd.workflows.housekeeping.messages import Conclusion, RunPart
    from boxd.workflows.housekeeping.signatures import HousekeepingSignatures
    from boxd.workflows.local_activities import UNLIMITED

# A device that is still being connected gets a second look.
_SECOND_LOOK = RetryPolicy(initial_interval=timedelta(seconds=10), maximum_attempts=2)


def _with(retries: RetryPolicy) -> LocalActivityConfig:
    return LocalActivityConfig(
        schedule_to_close_timeout=UNLIMITED,
        retry_policy=retries,
        # Longer pauses are timers: otherwise the worker would send heartbeats to the server all the
        # time.
        local_retry_threshold=timedelta(seconds=1),
    )


# What waiting can mend: a ledger that can't be written now.
_A_FEW_TIMES = _with(
    RetryPolicy(
        initial_interval=timedelta(seconds=2),
        maximum_interval=timedelta(seconds=30),
        maximum_attempts=5,
    )
)


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
            found = await workflow.execute_local_activity_method(
                HousekeepingSignatures.expire, **_A_FEW_TIMES
            )
            codes, holds = codes + found.codes, holds + found.holds
            if found.is_all:
                return f"{codes} codes expired, {holds} holds released"


@workflow.defn(name=messages.WORKFLOWS[RunPart.BACKUP])
class BackupWorkflow:
    """Makes a backup of the ledger."""

    @workflow.run
    async def run(self) -> str:
        """Returns which, in words."""
        made = workflow.execute_local_activity_method(
            HousekeepingSignatures.back_up, **_A_FEW_TIMES
        )
        return await _concluded(RunPart.BACKUP, made)


@workflow.defn(name=messages.WORKFLOWS[RunPart.SELF_TEST])
class SelfTestWorkflow:
    """Tests the devices without moving a latch."""

    @workflow.run
    async def run(self) -> str:
        """Returns what was found, in words."""
        found = workflow.execute_local_activity_method(
            HousekeepingSignatures.test_devices, **_with(_SECOND_LOOK)
        )
        return await _concluded(RunPart.SELF_TEST, found)


@workflow.defn(name=messages.WORKFLOWS[RunPart.VERIFICATION])
class VerificationWorkflow:
    """Verifies the audit trail from its beginning."""

    @workflow.run
    async def run(self) -> str:
        """Returns what was found, in words."""
        found = workflow.execute_local_activity_method(
            HousekeepingSignatures.verify_audit, **_A_FEW_TIMES
        )
        return await _concluded(RunPart.VERIFICATION, found)


ALL = (ExpiryWorkflow, BackupWorkflow, SelfTestWorkflow, VerificationWorkflow)


async def _concluded(part: RunPart, work: Awaitable[str]) -> str:
    """Record in the ledger how the work ended."""
    try:
        said = await work
    except FailureError as error:  # bare from the activity, or wrapped at a timeout
        cause = error.cause if isinstance(error, ActivityError) else error
        why = cause.message if isinstance(cause, ApplicationError) else str(cause or error)
        await _conclude(Conclusion(part, why))
        raise ApplicationError(why, type=messages.FAILED, non_retryable=True) from error
    await _conclude(Conclusion(part, ""))
    return said


async def _conclude(conclusion: Conclusion) -> None:
    await workflow.execute_local_activity_method(
        HousekeepingSignatures.conclude_housekeeping, conclusion, **_A_FEW_TIMES
    )
