"""The hand at the power strip: it cuts at the moment it was told, whatever is going on."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Cutter:
    """Cuts once: `after_s` after the first moment of the name `moment`."""

    def __init__(self, moment: str, after_s: float, power_off: Callable[[], None]) -> None:
        self._moment = moment
        self._after_s = after_s
        self._power_off = power_off
        self._timer: threading.Timer | None = None
        self._has_begun = threading.Event()
        self._has_cut = threading.Event()

    @property
    def is_cutting(self) -> bool:
        """Whether the power is gone, or going."""
        return self._has_begun.is_set()

    def notice(self, moment: str) -> None:
        """A moment has come; if it is the one, the time begins to run."""
        if moment == self._moment and self._timer is None:
            self._timer = threading.Timer(self._after_s, self._cut)
            self._timer.start()

    def wait(self, at_most_s: float) -> bool:
        """Wait for the cut; returns whether it came."""
        return self._has_cut.wait(at_most_s)

    def put_away(self) -> None:
        """Cut no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()

    def _cut(self) -> None:
        self._has_begun.set()
        self._power_off()
        self._has_cut.set()
