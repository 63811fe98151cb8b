"""The machine's clocks, and the one clock of this process that everything in boxd is dated by."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from boxd.clock import Looked, Reckoning, reckon

_TIME_ERROR = 5  # what adjtimex(2) returns while nothing synchronises the clock
_TIMEX_BYTES = 256  # more than any `struct timex`; `modes`, its first field, 0: only look
_RTCS = Path("/sys/class/rtc")

_libc = ctypes.CDLL(None, use_errno=True)


@cache
def boot_id() -> str:
    """Which boot this is."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def boot_s() -> float:
    """Seconds since this boot, through any sleep; a clock that nobody can set."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def is_synchronised() -> bool:
    """Whether the kernel says that a time server sets its clock.

    A clock that somebody sets by hand is not synchronised from that moment on.
    """
    answer: int = _libc.adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    return 0 <= answer != _TIME_ERROR


@cache
def keeps_time() -> bool:
    """Whether a clock with a battery had set the kernel's at boot."""
    return any(
        said.read_text(encoding="ascii").strip() == "1" for said in _RTCS.glob("rtc*/hctosys")
    )


def look() -> Looked:
    """The machine's clocks now."""
    return Looked(datetime.now(UTC), boot_id(), boot_s(), is_synchronised(), keeps_time())


class BoxClock:
    """The box's time: as reckoned last, counted on by the boot clock; the wall's until then."""

    def __init__(self, look: Callable[[], Looked] = look) -> None:
        self.look = look
        self.standing: Reckoning | None = None

    def now(self) -> datetime:
        """The box's time, in UTC."""
        standing = self.standing
        return datetime.now(UTC) if standing is None else standing.at(boot_s())

    def next(self) -> Reckoning:
        """How the box would count after a look now; nothing is changed."""
        return reckon(self.standing, self.look())


box_clock = BoxClock()
"""This process's clock. There is one, as there is one kernel; the daemon reckons, others look."""


def utc_now() -> datetime:
    """The box's time, in UTC."""
    return box_clock.now()
