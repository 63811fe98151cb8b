"""The picture of what was given out: a row of hours for each day, then prizes and bays.

All days share one scale and one stretch of hours, so that they can be compared by eye.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from boxd import report_sums
from boxd.report_sums import Dispensed
from boxd.web import charts
from boxd.web.charts import ChartFrame, Series
from boxd.web.templates import render

_WIDTH = 960
_MARGIN = 40
_HEAD = 84
_DAY = 180
_ROW = 26
_AROUND_ROWS = 44  # the title of the lower charts, and what is round them
_TICKS = 4


@dataclass(frozen=True)
class _Placed:
    """A chart and its place in the picture."""

    x: int
    y: int
    svg: Markup


def draw(given: Sequence[Dispensed], title: str) -> str:
    """The picture as SVG. `given` may be empty."""
    days = _by_day(given)
    below = _HEAD + _DAY * len(days)
    rows = max(len(report_sums.prizes(given)), len(report_sums.bays(given)))
    placed = [*_days(given, days), *_below(given, below)] if given else []
    return render(
        "cli/report.svg",
        title=title,
        given=given,
        units=report_sums.total(given),
        charts=placed,
        width=_WIDTH,
        height=below + (_AROUND_ROWS + _ROW * rows if given else 0) + _MARGIN // 2,
        margin=_MARGIN,
        font=charts.FONT,
    )


def _days(given: Sequence[Dispensed], days: dict[date, list[Dispensed]]) -> Iterable[_Placed]:
    """A chart for each day."""
    hours, ticks = _hours(given), _ticks(given)
    places = [f"{hour:02d}" for hour in hours]
    for index, (day, rows) in enumerate(days.items()):
        said = f"{day:%A, %Y-%m-%d}: {report_sums.total(rows)}"
        frame = ChartFrame(f"day-{index}", said, _WIDTH - _MARGIN, _DAY)
        series = _series(given, [[each for each in rows if each.hour.hour == h] for h in hours])
        yield _Placed(
            _MARGIN // 2, _HEAD + _DAY * index, charts.columns(frame, places, series, ticks)
        )


def _below(given: Sequence[Dispensed], top: int) -> Iterable[_Placed]:
    """Prizes, which tell their colours, and bays."""
    half = _WIDTH // 2
    prizes = [prize for prize, _ in report_sums.prizes(given).most_common()]
    bays = sorted(report_sums.bays(given))
    for x, title, names, rows in (
        (0, "Prizes", [name for _, name in prizes], [_of(given, sku=sku) for sku, _ in prizes]),
        (half, "Bays", bays, [_of(given, bay=bay) for bay in bays]),
    ):
        size = (half - _MARGIN, _AROUND_ROWS + _ROW * len(names))
        frame = ChartFrame(title.lower(), title, *size)
        yield _Placed(x + _MARGIN // 2, top, charts.bars(frame, names, _series(given, rows)))


def _of(given: Sequence[Dispensed], sku: str = "", bay: str = "") -> list[Dispensed]:
    return [each for each in given if each.sku == sku or each.bay == bay]


def _series(given: Sequence[Dispensed], places: Sequence[Sequence[Dispensed]]) -> list[Series]:
    """A series for each prize, over the places: the most given out get their own colours."""
    ranked = [prize for prize, _ in report_sums.prizes(given).most_common()]
    found = []
    for index, (sku, name) in enumerate(ranked):
        colour = charts.COLOURS[index] if index < len(charts.COLOURS) else charts.OTHERS
        sums = (sum(each.units for each in place if each.sku == sku) for place in places)
        found.append(Series(name, colour, tuple(sums)))
    return found


def _by_day(given: Sequence[Dispensed]) -> dict[date, list[Dispensed]]:
    days: dict[date, list[Dispensed]] = {}
    for each in given:
        days.setdefault(each.hour.date(), []).append(each)
    return dict(sorted(days.items()))


def _hours(given: Sequence[Dispensed]) -> range:
    """The hours that are drawn of each day: at least eight, so that one alone is no broad beam."""
    hours = [each.hour.hour for each in given]
    last = min(23, max(*hours, min(hours) + 7))
    return range(min(*hours, last - 7), last + 1)


def _ticks(given: Sequence[Dispensed]) -> list[int]:
    """The scale of all days."""
    sums = Counter[tuple[date, int]]()
    for each in given:
        sums[each.hour.date(), each.hour.hour] += each.units
    most = max(sums.values())
    step = _nice(most / _TICKS)
    return list(range(0, step * -(-most // step) + 1, step))


def _nice(step: float) -> int:
    """The next of 1, 2, 5, 10, 20, 50, ..."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if factor * size >= step:
                return factor * size
        size *= 10
