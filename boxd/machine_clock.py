"""The machine's clocks, and this process's one clock, which dates everything in boxd."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from boxd.clock import ClockReading, TimeBase, time_base_after
from boxd.errors import BoxdError

_TIME_ERROR = 5  # adjtimex(2) returns this while nothing synchronises the clock
_TIMEX_BYTES = 256  # more than any `struct timex`; its first field `modes` is 0: only read
_TIMESYNCD = Path("/run/systemd/timesync/synchronized")
_TIMESYNCD_ASKS_WITHIN_S = 2200.0  # it asks every 2048 s at the latest
_RTCS = Path("/sys/class/rtc")
_RTC_WITHIN_S = 86400.0  # a clock in local time is hours off; one without a battery, years

_libc = ctypes.CDLL(None, use_errno=True)


@cache
def boot_id() -> str:
    """The id of this boot."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def boot_s() -> float:
    """Seconds since this boot, including sleep; nobody can set this clock."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def is_synchronised() -> bool:
    """Whether a time server sets the clock; checks timesyncd if the kernel says no.

    To the kernel, a clock that somebody sets by hand is unsynchronised from that moment on.
    timesyncd touches its file whenever it has set the clock; if somebody else did, the file is
    hours old, or has a time in the future.
    """
    answer: int = _libc.adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    return answer != _TIME_ERROR if answer >= 0 else was_set_by_timesyncd(time.time(), _TIMESYNCD)


def was_set_by_timesyncd(now: float, file: Path) -> bool:
    """Whether timesyncd was the last to set the clock, and not long ago."""
    try:
        return 0 <= now - file.stat().st_mtime <= _TIMESYNCD_ASKS_WITHIN_S
    except FileNotFoundError:
        return False


@cache
def keeps_time() -> bool:
    """Whether a clock with a battery had set the kernel's at boot."""
    return has_kept_time(time.time(), _RTCS)


def has_kept_time(now: float, rtcs: Path) -> bool:
    """Whether one of the clocks set the kernel's at boot, and had the right time then.

    A Pi 5 has such a clock, and seldom its battery: it begins in 1970, and something else has
    corrected the kernel's since.
    """
    return any(
        _said(rtc / "hctosys") == 1 and abs(_said(rtc / "since_epoch") - now) < _RTC_WITHIN_S
        for rtc in rtcs.glob("rtc*")
    )


def _said(file: Path) -> int:
    """The number in a kernel file; 0 for a clock that has lost the time."""
    try:
        return int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def look() -> ClockReading:
    """Read the machine's clocks now."""
    return ClockReading(datetime.now(UTC), boot_id(), boot_s(), is_synchronised(), keeps_time())


def set_wall_clock(by_s: float) -> None:
    """Set the machine's clock ahead by this much. Raises BoxdError if that is not allowed."""
    try:
        time.clock_settime(time.CLOCK_REALTIME, time.time() + by_s)
    except PermissionError as error:
        raise BoxdError("the clock can be set by root alone: sudo boxd clock advance") from error


class BoxClock:
    """The box's time: the last time base and the boot clock; before that the wall clock."""

    def __init__(self, look: Callable[[], ClockReading] = look) -> None:
        self.look = look
        self.standing: TimeBase | None = None

    def now(self) -> datetime:
        """The box's time, in UTC."""
        standing = self.standing
        return datetime.now(UTC) if standing is None else standing.at(boot_s())

    def next(self) -> TimeBase:
        """The time base after a look now; changes nothing."""
        return time_base_after(self.standing, self.look())


box_clock = BoxClock()
"""This process's clock. There is only one, as there is one kernel; the daemon updates it."""


def utc_now() -> datetime:
    """The box's time, in UTC."""
    return box_clock.now()
