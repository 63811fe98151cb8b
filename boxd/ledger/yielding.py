"""Long work in a thread: it lets the event loop run, and ends when the daemon does."""

from __future__ import annotations

import threading

# Hashing in a thread keeps the event loop from running for up to 5 ms at a time.
_PAUSE_S = 0.002


class Interrupted(Exception):
    """The daemon is stopping; the work has to be repeated another time."""


class Yielding:
    """The work calls it every few milliseconds. Raises Interrupted once `end` was called."""

    def __init__(self) -> None:
        self._ended = threading.Event()

    def __call__(self) -> None:
        """Pause for a moment."""
        if self._ended.wait(_PAUSE_S):
            raise Interrupted("boxd stops")

    def end(self) -> None:
        """Make all work that calls this end soon."""
        self._ended.set()
