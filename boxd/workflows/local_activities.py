"""How local activities are called: for how long, and how often they are tried."""

from __future__ import annotations

from datetime import timedelta

from temporalio.common import RetryPolicy
from temporalio.workflow import LocalActivityConfig

# Longer than any event. A limit for each attempt (`start_to_close_timeout`) is not set: the SDK
# (1.35) leaves the timer of an attempt running when the next one begins. It then ends a later
# attempt that is still at work, and if the worker has stopped meanwhile its thread panics
# ("receive half not dropped"). The activities bound themselves what they wait for.
UNLIMITED = timedelta(days=365)


def until_done(longest_pause: timedelta) -> LocalActivityConfig:
    """Try again without end, with pauses that grow up to `longest_pause`.

    What no waiting can mend is for the activity to say, by an error that is not retryable.
    """
    return LocalActivityConfig(
        schedule_to_close_timeout=UNLIMITED,
        retry_policy=RetryPolicy(
            initial_interval=timedelta(milliseconds=200), maximum_interval=longest_pause
        ),
    )


def within(limit: timedelta) -> LocalActivityConfig:
    """Try again until `limit` has passed since the first attempt began."""
    return LocalActivityConfig(
        schedule_to_close_timeout=limit,
        retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=200)),
    )
