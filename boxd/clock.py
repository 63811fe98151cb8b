"""The box's time for decisions: the wall clock if it can be trusted, else the box's own count.

A Pi wakes up with an old time, the network moves it by hours, and people set clocks wrongly. The
boot clock, which nobody can set, runs on through all of it. So the box counts its own time on the
boot clock, and follows the wall clock only if it has a reason to. Pure functions; docs/adr/0063
has the reasons.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from boxd.words import N_

_BEHIND = N_(
    "The clock is {duration} behind the newest record, and no time server confirms it. The box"
    " continues with its own time, {time}: nothing expires early. Set the clock (timedatectl"
    " set-time), or, if it is right, type `boxd clock trust`."
)
_AHEAD = N_(
    "The clock is {duration} ahead of the box's own time, and no time server confirms it. The box"
    " continues with its own time, {time}: nothing expires early. Set the clock (timedatectl"
    " set-time), or, if it is right, type `boxd clock trust`."
)

# Reasons that correct a clock without asking a person.
STEP_S = 30.0
# The box records its time every ten minutes; a clock that survives a power cut that well is as
# good.
KEPT_WITHIN_S = 900.0


@dataclass(frozen=True)
class ClockReading:
    """The machine's clocks at one moment.

    `boot_s` are the seconds since the boot `boot`. `is_synchronised`: the kernel says that a time
    server sets the wall clock. `keeps_time`: a clock with a battery had set it at boot.
    """

    wall: datetime
    boot: str
    boot_s: float
    is_synchronised: bool
    keeps_time: bool = False

    @property
    def zero(self) -> datetime:
        """The wall clock's time at the beginning of this boot."""
        return self.wall - timedelta(seconds=self.boot_s)


@dataclass(frozen=True)
class TimeBase:
    """The base of the box's time: `zero` plus the boot clock, but never before `newest`.

    `is_sure`: a time server, or a person, has confirmed it since. `off_s`: how far ahead (or,
    negative, behind) a distrusted wall clock was; 0 while it agrees.
    """

    boot: str
    zero: datetime
    newest: datetime
    is_sure: bool
    off_s: float = 0.0

    def at(self, boot_s: float) -> datetime:
        """The box's time at this second of the boot."""
        return max(self.newest, self.zero + timedelta(seconds=boot_s))


def time_base_after(before: TimeBase | None, looked: ClockReading) -> TimeBase:
    """The time base after a look at the clocks.

    A synchronised clock is trusted, wherever it moved to, and so is the very first. Any other is
    followed in small steps, and after a boot if it can have kept the time.
    """
    if before is None or looked.is_synchronised:
        return believed(looked, is_sure=looked.is_synchronised)
    if looked.boot != before.boot:
        return _after_boot(before, looked)
    off_s = (looked.zero - before.zero).total_seconds()
    newest = before.at(looked.boot_s)
    if abs(off_s) <= STEP_S:
        return replace(before, zero=looked.zero, newest=newest, off_s=0.0)
    return replace(before, newest=newest, off_s=off_s)


def unconfirmed(before: TimeBase | None, looked: ClockReading) -> TimeBase:
    """The time base after this look if no time server had confirmed the clock."""
    return time_base_after(before, replace(looked, is_synchronised=False))


def believed(looked: ClockReading, *, is_sure: bool) -> TimeBase:
    """The time base that trusts the wall clock as it is now."""
    return TimeBase(looked.boot, looked.zero, looked.wall, is_sure)


def _after_boot(before: TimeBase, looked: ClockReading) -> TimeBase:
    """Only a clock with a battery knows how long the box was off; the others stopped."""
    dark_s = (looked.wall - before.newest).total_seconds()
    has_kept_time = looked.keeps_time and not before.off_s
    if 0 <= dark_s <= looked.boot_s + KEPT_WITHIN_S or (dark_s > 0 and has_kept_time):
        return believed(looked, is_sure=before.is_sure and has_kept_time)
    counted = TimeBase(looked.boot, before.newest, before.newest, is_sure=False)
    return time_base_after(counted, looked)


def behind_by_s(standing: TimeBase | None, looked: ClockReading) -> float:
    """How far an unsynchronised clock is behind the box's time; 0 if it is not."""
    if standing is None or looked.is_synchronised:
        return 0.0
    own = standing.at(looked.boot_s) if standing.boot == looked.boot else standing.newest
    return max(0.0, (own - looked.wall).total_seconds())


def moved_s(before: TimeBase, after: TimeBase) -> float:
    """How far the box's own time was moved between two looks in one boot; 0 for little."""
    if before.boot != after.boot:
        return 0.0
    by_s = (after.zero - before.zero).total_seconds()
    return by_s if abs(by_s) > STEP_S else 0.0


def warning(standing: TimeBase, boot_s: float) -> str:
    """What people should know about the wall clock, with the remedy; empty while it agrees."""
    if not standing.off_s:
        return ""
    own = f"{standing.at(boot_s):%Y-%m-%d %H:%M} UTC"
    text = _BEHIND if standing.off_s < 0 else _AHEAD
    return text.format(duration=duration(abs(standing.off_s)), time=own)


def duration(seconds: float) -> str:
    """A duration in its two largest units: `40 d 2 h`, `5 h 0 min`, `42 s`."""
    minutes = round(seconds / 60)
    hours, days = minutes // 60, minutes // 1440
    if days:
        return f"{days} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min" if seconds >= 60 else f"{seconds:.0f} s"
