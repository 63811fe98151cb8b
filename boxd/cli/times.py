"""Times for people: local, and how long ago."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import click

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


_TIMES = ("%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")
_UNITS = {"min": "minutes", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_AGO = re.compile(r"(\d{1,4})\s*(min|m|h|d|w)(?: ago)?")


class Moment(click.ParamType[datetime]):
    """A time in this machine's time zone.

    As 2026-11-21, "2026-11-21 14:00", 9:30, today, yesterday, or how long ago: 2h, 3d.
    """

    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """The moment, with its time zone."""
        if isinstance(value, datetime):
            return value
        found = _moment(str(value).strip().lower(), datetime.now().astimezone())
        if found is None:
            self.fail(
                f"{value!r} is no time; give e.g. 2026-11-21, '2026-11-21 14:00', 9:30, today,"
                " yesterday, 2h or 3d",
                param,
                ctx,
            )
        return found


def _moment(text: str, now: datetime) -> datetime | None:
    days_ago = {"today": 0, "yesterday": 1}
    if text in days_ago:
        return _of_day(now - timedelta(days=days_ago[text]), 0, 0)
    if text == "now":
        return now
    if (ago := _AGO.fullmatch(text)) is not None:
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    if (clock := re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text)) is not None:
        return _of_day(now, int(clock[1]), int(clock[2]))
    for shape in _TIMES:
        try:
            return datetime.strptime(text.upper(), shape).astimezone()
        except ValueError:
            continue
    return None


def _of_day(day: datetime, hour: int, minute: int) -> datetime:
    """That time of the day, by the clock on the wall also where summer time begins or ends."""
    naive = day.replace(tzinfo=None, hour=hour, minute=minute, second=0, microsecond=0)
    return naive.astimezone()
