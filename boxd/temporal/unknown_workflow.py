"""What becomes of a workflow of a kind that this release does not know: it ends."""

from __future__ import annotations

from collections.abc import Sequence

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError


@workflow.defn(dynamic=True)
class UnknownWorkflow:
    """Fails, where the SDK would try again for ever."""

    @workflow.run
    async def run(self, arguments: Sequence[RawValue]) -> None:
        """End as failed; the ledger knows what was open, and begins that again."""
        kind = workflow.info().workflow_type
        raise ApplicationError(f"no workflow '{kind}' in this release", non_retryable=True)
