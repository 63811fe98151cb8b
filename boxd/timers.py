"""The clock of reflexes; a protocol, so that a test can set it.

An asyncio event loop implements it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Timer(Protocol):
    """A call that will happen unless it is cancelled."""

    def cancel(self) -> None:
        """Cancel it; harmless if it has happened already."""


class Timers(Protocol):
    """A monotonic clock, in seconds, that can call back."""

    def time(self) -> float:
        """The present time; the same clock as `KeyTouch.at`."""

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Timer:
        """Call `callback` once, `delay` seconds from now, on the event loop."""
