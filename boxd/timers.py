"""The clock that reflexes run on; a protocol so that a test can turn its hands.

An asyncio event loop is one as it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Timer(Protocol):
    """Something that will happen unless it is cancelled."""

    def cancel(self) -> None:
        """Let it not happen; harmless when it has happened already."""


class Timers(Protocol):
    """A monotonic clock, in seconds, that can call back."""

    def time(self) -> float:
        """The present time; the same clock as `KeyTouch.at`."""

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Timer:
        """Call `callback` once, `delay` seconds from now, on the event loop."""
