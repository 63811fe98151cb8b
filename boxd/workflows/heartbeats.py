"""Heartbeats of an activity that may take minutes."""

from __future__ import annotations

import time
from datetime import timedelta

from temporalio import activity

# More than the longest exchange with somebody else (60 s) and what is written after it.
HEARTBEAT_TIMEOUT = timedelta(seconds=120)
# A short attempt costs the server nothing: each first heartbeat is written at once.
_AFTER_S = 10.0


class Heartbeats:
    """One attempt's: the server hears that it goes on, and how far it is.

    Where the next attempt begins is in the ledger; the details are for people who look.
    """

    def __init__(self) -> None:
        self._began_s = time.monotonic()
        self._steps = 0

    def __call__(self) -> None:
        """A step was taken."""
        self._steps += 1
        if time.monotonic() - self._began_s >= _AFTER_S:
            activity.heartbeat(self._steps)
