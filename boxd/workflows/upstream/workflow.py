"""The workflow of upstream delivery: wakes the sender, waits, and continues as new, for ever.

The ledger has the events and what became of them; the workflow only has the turns. While upstream
is gone the history does not grow: all attempts belong to one activity, whose failures set the next
delay themselves, and Temporal writes no event for a failed attempt.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from boxd.workflows.heartbeats import HEARTBEAT_TIMEOUT
    from boxd.workflows.upstream import messages
    from boxd.workflows.upstream.messages import UpstreamStart
    from boxd.workflows.upstream.signatures import UpstreamSignatures

_ATTEMPT = timedelta(seconds=messages.ATTEMPT_S)
_AFTER_A_MISTAKE = timedelta(minutes=10)
# For errors without a delay of their own: a ledger that can't be read.
_RETRIES = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1))


@workflow.defn(name=messages.UPSTREAM)
class UpstreamWorkflow:
    """Delivers a box's events.

    The signal `noted` means that there are some, `try_now` not to wait.
    """

    @workflow.init
    def __init__(self, start: UpstreamStart) -> None:
        self._is_wanted = True
        self._is_urgent = False

    @workflow.run
    async def run(self, start: UpstreamStart) -> None:
        """Deliver for so many rounds, then continue as new."""
        for _ in range(start.rounds):
            await workflow.wait_condition(lambda: self._is_wanted)
            self._is_wanted = self._is_urgent = False
            await self._deliver()
        workflow.continue_as_new(start)

    @workflow.signal(name=messages.NOTED)
    def noted(self) -> None:
        """There is something in the outbox."""
        self._is_wanted = True

    @workflow.signal(name=messages.TRY_NOW)
    def try_now(self) -> None:
        """Don't wait for the next attempt: make it now."""
        self._is_wanted = self._is_urgent = True

    async def _deliver(self) -> None:
        """One call of the sender, with all its attempts; given up for an urgent one."""
        attempts = workflow.start_activity_method(
            UpstreamSignatures.deliver,
            start_to_close_timeout=_ATTEMPT,
            heartbeat_timeout=HEARTBEAT_TIMEOUT,
            retry_policy=_RETRIES,
        )
        await workflow.wait_condition(lambda: attempts.done() or self._is_urgent)
        if not attempts.done():
            attempts.cancel()
        try:
            delivered = await attempts
        except ActivityError as error:
            if not self._is_urgent:
                workflow.logger.error("delivery.failed: %s", error.cause)
                await self._pause(_AFTER_A_MISTAKE)
            self._is_wanted = True
        else:
            self._is_wanted = self._is_wanted or not delivered.is_done

    async def _pause(self, longest: timedelta) -> None:
        """Wait; a signal ends the wait."""
        try:
            await workflow.wait_condition(lambda: self._is_wanted, timeout=longest)
        except TimeoutError:
            return
