"""Translates the Temporal SDK's client errors to boxd's own errors and words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from boxd.errors import TemporalUnavailable
from boxd.words import N_


@contextmanager
def as_temporal_unavailable() -> Iterator[None]:
    """Turn the SDK's connection errors into TemporalUnavailable."""
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


@contextmanager
def unless_not_found() -> Iterator[None]:
    """Ignore that a workflow or a schedule does not exist.

    Temporal's list of workflows lags behind: a listed one may have closed since.
    """
    try:
        yield
    except RPCError as error:
        if not is_not_found(error):
            raise


def is_not_found(error: RPCError) -> bool:
    """Whether the server says that there is no such running workflow or schedule."""
    return error.status is RPCStatusCode.NOT_FOUND


def stands_still(error: RPCError) -> bool:
    """Whether the server says that the workflow can't take anything: its tasks fail, or paused."""
    return error.status is RPCStatusCode.FAILED_PRECONDITION


SET_UP_AGAIN = N_(
    "One moment; this question is being set up again. Your answer was not taken: look again, then"
    " give it again"
)


def why_not_taken(error: WorkflowUpdateFailedError) -> str:
    """The workflow's reason for refusing an update."""
    cause = error.cause
    return cause.message if isinstance(cause, ApplicationError) else str(cause)
