"""The workflow of a look for upstream's orders, started by its schedule or by hand."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from boxd.workflows.heartbeats import HEARTBEAT_TIMEOUT
    from boxd.workflows.upstream import messages
    from boxd.workflows.upstream.signatures import UpstreamSignatures

# Twenty pages, each within its own timeout.
_ATTEMPT = timedelta(seconds=messages.ATTEMPT_S)
# The next look comes by itself, so many tries would be pointless.
_RETRIES = RetryPolicy(initial_interval=timedelta(seconds=2), maximum_attempts=2)


@workflow.defn(name=messages.PULL_WORKFLOW)
class PullWorkflow:
    """Fetches and carries out what upstream has ordered."""

    @workflow.run
    async def run(self) -> str:
        """Returns a summary in words."""
        try:
            return await workflow.execute_activity_method(
                UpstreamSignatures.pull,
                start_to_close_timeout=_ATTEMPT,
                heartbeat_timeout=HEARTBEAT_TIMEOUT,
                retry_policy=_RETRIES,
            )
        except ActivityError as error:
            why = error.cause.message if isinstance(error.cause, ApplicationError) else str(error)
            raise ApplicationError(why, type="NotPulled", non_retryable=True) from error
