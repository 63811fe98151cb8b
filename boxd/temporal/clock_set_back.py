"""Detects a clock that went back under the server: its timers then wait until it catches up.

The server gives no timer a time before the newest that it has read. After five hours back even a
timer of two seconds waits for five hours, and so do the timeouts of workflow tasks. A restart does
not help, because the times are in its file. See docs/adr/0064.
"""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

from boxd.clock import duration
from boxd.machine_clock import boot_s

# Less than this only delays a reminder, and nobody notices.
ALLOWED_S = 60.0


class ClockSetBack:
    """Compares the wall clock with the boot clock, from its creation on."""

    def __init__(self) -> None:
        self._furthest = _ahead_s()

    def why(self) -> str:
        """Why the server's file can't be used any more; empty while it can."""
        now = _ahead_s()
        self._furthest = max(self._furthest, now)
        back_s = self._furthest - now
        if back_s <= ALLOWED_S:
            return ""
        return f"the clock was set back by {duration(back_s)}, and its timers would wait as long"


def why_from_later(files: list[Path], now: datetime) -> str:
    """Why a file that was written at a later time than now must not be used."""
    written = max(file.stat().st_mtime for file in files if file.exists())
    ahead_s = written - now.timestamp()
    if ahead_s <= ALLOWED_S:
        return ""
    return f"its last entry is {duration(ahead_s)} ahead of the clock, and its timers would wait"


def _ahead_s() -> float:
    return time.time() - boot_s()
