"""What the SDK says when nobody answers, as boxd's own error."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from boxd.errors import TemporalUnavailable


@asynccontextmanager
async def as_temporal_unavailable() -> AsyncIterator[None]:
    """Turn the SDK's ways of saying 'nobody answers' into TemporalUnavailable."""
    try:
        yield
    except WorkflowUpdateRPCTimeoutOrCancelledError as error:
        raise TemporalUnavailable(
            "the Temporal server does not answer; look at the question again and answer it anew"
        ) from error
    except RPCError as error:
        raise TemporalUnavailable(
            f"the Temporal server does not answer ({error.status.name.lower()}); one moment,"
            " then try again"
        ) from error


def why_not_taken(error: WorkflowUpdateFailedError) -> str:
    """What the workflow said to an update that it did not take."""
    cause = error.cause
    return cause.message if isinstance(cause, ApplicationError) else str(cause)
