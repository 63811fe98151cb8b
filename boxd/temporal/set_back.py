"""Whether the clock went back under the server: all its timers then wait until it is where it was.

The server gives no timer a time before the newest that it has read, so that after five hours back
even a timer of two seconds waits for five hours, a workflow task's timeout among them. A restart
does not mend that: the times stand in its file. See docs/adr/0064.
"""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

from boxd.clock import duration
from boxd.machine_clock import boot_s

# Less than this delays a reminder, and nobody notices.
ALLOWED_S = 60.0


class SetBack:
    """Watches the wall clock against the boot clock, from now on."""

    def __init__(self) -> None:
        self._furthest = _ahead_s()

    def why(self) -> str:
        """Why the server's file is of no use any more; empty while it is."""
        now = _ahead_s()
        self._furthest = max(self._furthest, now)
        back_s = self._furthest - now
        if back_s <= ALLOWED_S:
            return ""
        return f"the clock was set back by {duration(back_s)}, and its timers would wait as long"


def why_from_later(files: list[Path], now: datetime) -> str:
    """Why a file must not be used that was written at a later time than it is now."""
    written = max(file.stat().st_mtime for file in files if file.exists())
    ahead_s = written - now.timestamp()
    if ahead_s <= ALLOWED_S:
        return ""
    return f"its last entry is {duration(ahead_s)} ahead of the clock, and its timers would wait"


def _ahead_s() -> float:
    return time.time() - boot_s()
