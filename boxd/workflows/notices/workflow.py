"""The workflow of notices: sends when something was noted or is due again, for ever.

The ledger has the notices; the workflow only has the turns.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from boxd.workflows.heartbeats import HEARTBEAT_TIMEOUT
    from boxd.workflows.notices import messages
    from boxd.workflows.notices.messages import NoticesStart
    from boxd.workflows.notices.signatures import NoticeSignatures

_ROUND = timedelta(seconds=messages.ROUND_S)
# For a ledger that can't be read: a notice that is not taken waits there, and is no failure here.
_RETRIES = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1))


@workflow.defn(name=messages.NOTICES)
class NoticesWorkflow:
    """Sends a box's notices. The signal `noted` means that there are some."""

    @workflow.init
    def __init__(self, start: NoticesStart) -> None:
        self._is_noted = True  # a run begins with a look: what the last one knew is in the ledger
        self._due_in: timedelta | None = None

    @workflow.run
    async def run(self, start: NoticesStart) -> None:
        """Send for so many rounds, then continue as new."""
        for _ in range(start.rounds):
            with suppress(TimeoutError):
                await workflow.wait_condition(lambda: self._is_noted, timeout=self._due_in)
            self._is_noted = False
            done = await workflow.execute_activity_method(
                NoticeSignatures.send_notices,
                start_to_close_timeout=_ROUND,
                heartbeat_timeout=HEARTBEAT_TIMEOUT,
                retry_policy=_RETRIES,
            )
            self._due_in = None if done.due_in_s is None else timedelta(seconds=done.due_in_s)
        workflow.continue_as_new(start)

    @workflow.signal(name=messages.NOTED)
    def noted(self) -> None:
        """There is a notice in the ledger."""
        self._is_noted = True
