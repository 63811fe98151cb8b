"""How long a service waits before it tries again after it died soon after several starts.

systemd can do this by itself from version 254 (RestartSteps); Debian 12 has 252.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from boxd.service.notify import Notifier, more_time, status

_STEADY_S = 30.0  # a service that lived this long did not die of its start
_FIRST_S = 1.0
_LONGEST_S = 30.0
_START_TAKES_S = 180.0  # as TimeoutStartSec= in the units
_NAME = "starts.json"


@dataclass(frozen=True)
class Starts:
    """When a service was last started, on the boot clock, and how many starts failed in a row."""

    last_s: float
    quick_deaths: int = 0

    def next(self, now_s: float) -> Starts:
        """The count after another start at `now_s`."""
        died_quickly = 0 <= now_s - self.last_s < _STEADY_S
        return Starts(now_s, self.quick_deaths + 1 if died_quickly else 0)

    @property
    def wait_s(self) -> float:
        """How long to wait: at first not at all, then twice as long each time, up to a limit."""
        if self.quick_deaths < 2:
            return 0.0
        return min(_LONGEST_S, _FIRST_S * 2.0 ** min(self.quick_deaths - 2, 10))


def wait_if_restarted(notifier: Notifier, environment: Mapping[str, str] = os.environ) -> None:
    """Wait as long as the last starts require, and say so; only when run by systemd."""
    directory = environment.get("RUNTIME_DIRECTORY", "")
    if not notifier.is_heard or not directory:
        return
    file = Path(directory, _NAME)
    starts = _read(file).next(_boot_clock())
    if starts.wait_s:
        why = f"the last {starts.quick_deaths} starts failed; the journal says why"
        notifier.tell(
            status(f"waiting {starts.wait_s:g} s: {why}"), more_time(starts.wait_s + _START_TAKES_S)
        )
        time.sleep(starts.wait_s)
    with contextlib.suppress(OSError):  # a full /run must not keep a box from starting
        file.write_text(json.dumps(asdict(Starts(_boot_clock(), starts.quick_deaths))))


def _read(file: Path) -> Starts:
    try:
        return Starts(**json.loads(file.read_text()))
    except (OSError, ValueError, TypeError):
        return Starts(-_STEADY_S)


def _boot_clock() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)
