"""Options of local activities: for how long, and how often they are tried."""

from __future__ import annotations

from datetime import timedelta

from temporalio.common import RetryPolicy
from temporalio.workflow import LocalActivityConfig

# Longer than any event. There is no limit for each attempt (`start_to_close_timeout`): the SDK
# (1.35) leaves the timer of an attempt running when the next one begins. It then ends a later
# attempt that is still working, and if the worker has stopped meanwhile its thread panics ("receive
# half not dropped"). The activities limit their own waits.
UNLIMITED = timedelta(days=365)


def until_done(longest_pause: timedelta) -> LocalActivityConfig:
    """Try again without end, with pauses that grow up to `longest_pause`.

    The activity itself has to raise a non-retryable error for what waiting can't mend.
    """
    return LocalActivityConfig(
        schedule_to_close_timeout=UNLIMITED,
        retry_policy=RetryPolicy(
            initial_interval=timedelta(milliseconds=200), maximum_interval=longest_pause
        ),
    )
