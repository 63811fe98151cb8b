"""Times for people: local, and how long ago."""

from __future__ import annotations

from datetime import UTC, datetime

_STEPS = ((86400, "d"), (3600, "h"), (60, "min"))


def when(iso: str | None, now: datetime) -> str:
    """An ISO 8601 time as local time and age, e.g. `14:03:12 (2 min ago)`; empty for none.

    Without the date if it is that of `now`, a time with a time zone.
    """
    if not iso:
        return ""
    then = _aware(datetime.fromisoformat(iso)).astimezone()
    local_now = now.astimezone()
    shape = "%H:%M:%S" if then.date() == local_now.date() else "%Y-%m-%d %H:%M"
    return f"{then.strftime(shape)} ({span(then, now)})"


def span(then: datetime, now: datetime) -> str:
    """The distance of `then` from `now`, e.g. `5 s ago`, `in 3 d`."""
    seconds = int((now - then).total_seconds())
    length = _length(abs(seconds))
    if abs(seconds) < 1:
        return "now"
    return f"{length} ago" if seconds > 0 else f"in {length}"


def _length(seconds: int) -> str:
    for size, unit in _STEPS:
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def present() -> datetime:
    """The present time."""
    return datetime.now(UTC)
