"""The machine's clocks, and the one clock of this process that everything in boxd is dated by."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from boxd.clock import Looked, TimeBase, reckon
from boxd.errors import BoxdError

_TIME_ERROR = 5  # what adjtimex(2) returns while nothing synchronises the clock
_TIMEX_BYTES = 256  # more than any `struct timex`; `modes`, its first field, 0: only look
_TIMESYNCD = Path("/run/systemd/timesync/synchronized")
_TIMESYNCD_ASKS_WITHIN_S = 2200.0  # it does so every 2048 s at the latest
_RTCS = Path("/sys/class/rtc")
_RTC_WITHIN_S = 86400.0  # one that is in local time is hours off; one without a battery, years

_libc = ctypes.CDLL(None, use_errno=True)


@cache
def boot_id() -> str:
    """Which boot this is."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def boot_s() -> float:
    """Seconds since this boot, through any sleep; a clock that nobody can set."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def is_synchronised() -> bool:
    """Whether a time server sets the clock; timesyncd is asked where the kernel may not be.

    To the kernel, a clock that somebody sets by hand is not synchronised from that moment on. The
    file of timesyncd is touched whenever it has set the clock, so that it is hours old, or of the
    future, when somebody else did.
    """
    answer: int = _libc.adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    return answer != _TIME_ERROR if answer >= 0 else was_set_by_timesyncd(time.time(), _TIMESYNCD)


def was_set_by_timesyncd(now: float, file: Path) -> bool:
    """Whether the last that set the clock was timesyncd, and not long ago."""
    try:
        return 0 <= now - file.stat().st_mtime <= _TIMESYNCD_ASKS_WITHIN_S
    except FileNotFoundError:
        return False


@cache
def keeps_time() -> bool:
    """Whether a clock with a battery had set the kernel's at boot."""
    return has_kept_time(time.time(), _RTCS)


def has_kept_time(now: float, rtcs: Path) -> bool:
    """Whether one of the clocks set the kernel's at boot, and had the time then.

    A Pi 5 has such a clock, and seldom its battery: it begins in 1970, and something else has put
    the kernel's right since.
    """
    return any(
        _said(rtc / "hctosys") == 1 and abs(_said(rtc / "since_epoch") - now) < _RTC_WITHIN_S
        for rtc in rtcs.glob("rtc*")
    )


def _said(file: Path) -> int:
    """The number in a file of the kernel's; 0 of a clock that has lost the time."""
    try:
        return int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def look() -> Looked:
    """The machine's clocks now."""
    return Looked(datetime.now(UTC), boot_id(), boot_s(), is_synchronised(), keeps_time())


def set_wall_clock(by_s: float) -> None:
    """Set the machine's clock ahead by so much. Raises BoxdError where that is not allowed."""
    try:
        time.clock_settime(time.CLOCK_REALTIME, time.time() + by_s)
    except PermissionError as error:
        raise BoxdError("the clock can be set by root alone: sudo boxd clock advance") from error


class BoxClock:
    """The box's time: as reckoned last, counted on by the boot clock; the wall's until then."""

    def __init__(self, look: Callable[[], Looked] = look) -> None:
        self.look = look
        self.standing: TimeBase | None = None

    def now(self) -> datetime:
        """The box's time, in UTC."""
        standing = self.standing
        return datetime.now(UTC) if standing is None else standing.at(boot_s())

    def next(self) -> TimeBase:
        """How the box would count after a look now; nothing is changed."""
        return reckon(self.standing, self.look())


box_clock = BoxClock()
"""This process's clock. There is one, as there is one kernel; the daemon reckons, others look."""


def utc_now() -> datetime:
    """The box's time, in UTC."""
    return box_clock.now()
