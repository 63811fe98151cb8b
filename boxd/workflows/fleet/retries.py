"""How steps between boxes are tried again: without an end, because a box may be away for long."""

from __future__ import annotations

from datetime import timedelta

from temporalio.common import RetryPolicy

EACH_TRY = timedelta(seconds=10)
# An order to a box that is away waits in its queue.
WITHOUT_END = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=1.5,
    maximum_interval=timedelta(seconds=5),
)
