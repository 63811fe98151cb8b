"""Which errors of an activity are tried again, and which are final."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from boxd.errors import BoxdError, LedgerUnusable

log = structlog.get_logger(__name__)

# A bug shows itself again and again; a passing fault has passed by then.
_TRIES_OF_THE_UNKNOWN = 5


@contextmanager
def as_activity_errors() -> Iterator[None]:
    """Make errors that waiting can't mend final; a ledger that can't be written is tried again."""
    try:
        yield
    except LedgerUnusable:
        raise
    except BoxdError as error:
        raise ApplicationError(str(error), type=type(error).__name__, non_retryable=True) from error
    except Exception as error:
        if activity.info().attempt < _TRIES_OF_THE_UNKNOWN:
            raise
        log.error("activity.given_up", exc_info=error)
        why = f"a mistake in boxd ({type(error).__name__}); its log says more"
        raise ApplicationError(why, type="Mistake", non_retryable=True) from error
