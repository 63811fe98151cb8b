"""The picture of what was given out: a row of hours for each day, then prizes and bays.

All days share one scale and one stretch of hours, so that they can be compared by eye.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from boxd.cli import report_sums, svg
from boxd.cli.report_sums import Dispensed

# Told apart by people with any kind of colour vision (Okabe and Ito), strongest first.
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442")
_OTHERS = "#999999"
_QUIET = "#767676"

_WIDTH = 960.0
_MARGIN = 40.0
_HEAD = 84.0
_DAY_TITLE = 26.0
_BARS = 120.0
_DAY_FOOT = 30.0
_ROW = 24.0
_TICKS = 4


def draw(given: Sequence[Dispensed], title: str) -> str:
    """The picture as SVG. `given` may be empty."""
    colours = _colours(given)
    days = _by_day(given)
    day_height = _DAY_TITLE + _BARS + _DAY_FOOT
    below = _HEAD + day_height * len(days)
    prizes, bays = report_sums.prizes(given), report_sums.bays(given)
    height = below + _ROW * (max(len(prizes), len(bays)) + 2) + _MARGIN
    parts = [*_head(given, title)]
    for index, (day, rows) in enumerate(days.items()):
        parts += _day(day, rows, _scale(given), colours, _HEAD + index * day_height)
    half = _WIDTH / 2
    parts += _prize_rows(prizes, colours, _MARGIN, below, half - 1.5 * _MARGIN)
    parts += _bay_rows(given, bays, colours, half + _MARGIN / 2, below, half - 1.5 * _MARGIN)
    return svg.picture(_WIDTH, height, title, parts)


def _colours(given: Sequence[Dispensed]) -> dict[str, str]:
    """A colour for each sku: the most given out get their own, the rest share grey."""
    ranked = [sku for (sku, _), _ in report_sums.prizes(given).most_common()]
    own = dict(zip(ranked, _COLOURS, strict=False))
    return {sku: own.get(sku, _OTHERS) for sku in ranked}


def _by_day(given: Sequence[Dispensed]) -> dict[date, list[Dispensed]]:
    days: dict[date, list[Dispensed]] = {}
    for each in given:
        days.setdefault(each.hour.date(), []).append(each)
    return dict(sorted(days.items()))


class _Scale:
    """Which hours are drawn, and how many units the bars' full height is."""

    def __init__(self, first: int, last: int, most: int) -> None:
        self.hours = range(first, last + 1)
        self.step = _nice(most / _TICKS)
        self.most = self.step * max(1, -(-most // self.step))

    @property
    def hour_width(self) -> float:
        """How wide the place of an hour is."""
        return (_WIDTH - 2 * _MARGIN) / len(self.hours)

    def x_of(self, hour: int) -> float:
        """Where the place of an hour begins."""
        return _MARGIN + (hour - self.hours.start) * self.hour_width

    def height_of(self, units: int) -> float:
        """How high so many units are."""
        return _BARS * units / self.most


def _nice(step: float) -> int:
    """The next of 1, 2, 5, 10, 20, 50, ..."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if factor * size >= step:
                return factor * size
        size *= 10


def _scale(given: Sequence[Dispensed]) -> _Scale:
    hours = [each.hour.hour for each in given]
    most: Counter[tuple[date, int]] = Counter()
    for each in given:
        most[each.hour.date(), each.hour.hour] += each.units
    # At least eight hours, so that a first hour is not one bar as wide as the page.
    last = min(23, max(*hours, min(hours) + 7))
    return _Scale(min(*hours, last - 7), last, max(most.values()))


def _head(given: Sequence[Dispensed], title: str) -> list[str]:
    units = report_sums.total(given)
    told = f"{units} prizes given out" if units != 1 else "1 prize given out"
    if given:
        first, last = given[0].hour, given[-1].hour
        told += f", {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H}:59"
    return [
        svg.text(_MARGIN, 40, title, size=22, bold=True),
        svg.text(_MARGIN, 62, told, size=14, fill=_QUIET),
    ]


def _day(
    day: date, rows: Sequence[Dispensed], scale: _Scale, colours: dict[str, str], top: float
) -> list[str]:
    units = report_sums.total(rows)
    bottom = top + _DAY_TITLE + _BARS
    parts = [svg.text(_MARGIN, top + 14, f"{day:%A, %Y-%m-%d}: {units}", size=14, bold=True)]
    for tick in range(0, scale.most + 1, scale.step):
        y = bottom - scale.height_of(tick)
        parts.append(svg.line(_MARGIN, y, _WIDTH - _MARGIN, y))
        parts.append(svg.text(_MARGIN - 6, y + 4, str(tick), size=10, anchor="end", fill=_QUIET))
    for hour in scale.hours:
        parts += _bar([each for each in rows if each.hour.hour == hour], scale, colours, bottom)
        middle = scale.x_of(hour) + scale.hour_width / 2
        words = f"{hour:02d}"
        parts.append(svg.text(middle, bottom + 15, words, size=11, anchor="middle", fill=_QUIET))
    return parts


def _bar(
    rows: Sequence[Dispensed], scale: _Scale, colours: dict[str, str], bottom: float
) -> list[str]:
    """The stacked bar of one hour, with its sum above."""
    if not rows:
        return []
    hour = rows[0].hour.hour
    width = min(scale.hour_width * 0.8, 60)
    x = scale.x_of(hour) + (scale.hour_width - width) / 2
    parts, y = [], bottom
    for prize, units, colour in _stack(rows, colours):
        y -= scale.height_of(units)
        told = f"{hour:02d}:00 {prize}: {units}"
        parts.append(svg.rect(x, y, width, scale.height_of(units), colour, told))
    words = str(report_sums.total(rows))
    parts.append(svg.text(x + width / 2, y - 4, words, size=11, anchor="middle"))
    return parts


def _stack(rows: Sequence[Dispensed], colours: dict[str, str]) -> list[tuple[str, int, str]]:
    """The parts of a stacked bar, in the order of the colours: prize, units, colour."""
    sums = {sku: (prize, units) for (sku, prize), units in report_sums.prizes(rows).items()}
    return [(*sums[sku], colour) for sku, colour in colours.items() if sku in sums]


def _prize_rows(
    prizes: Counter[tuple[str, str]], colours: dict[str, str], x: float, top: float, width: float
) -> list[str]:
    """A bar for each prize, which tells its colour."""
    parts = [svg.text(x, top + 16, "Prizes", size=14, bold=True)]
    most = max(prizes.values(), default=1)
    for index, ((sku, prize), units) in enumerate(prizes.most_common()):
        y = top + _ROW * (index + 1.7)
        parts += _named_row(x, y, prize, units)
        place = x + 190
        length = (width - 190 - 44) * units / most
        parts.append(svg.rect(place, y - 11, max(1, length), 14, colours[sku], f"{prize}: {units}"))
        parts.append(svg.text(place + length + 6, y, str(units), size=12))
    return parts


def _bay_rows(
    given: Sequence[Dispensed],
    bays: Counter[str],
    colours: dict[str, str],
    x: float,
    top: float,
    width: float,
) -> list[str]:
    """A stacked bar for each bay."""
    parts = [svg.text(x, top + 16, "Bays", size=14, bold=True)]
    most = max(bays.values(), default=1)
    for index, (bay, units) in enumerate(sorted(bays.items())):
        y = top + _ROW * (index + 1.7)
        parts += _named_row(x, y, bay, units)
        place = x + 110
        for prize, part, colour in _stack([row for row in given if row.bay == bay], colours):
            length = (width - 110 - 44) * part / most
            parts.append(svg.rect(place, y - 11, length, 14, colour, f"{prize}: {part}"))
            place += length
        parts.append(svg.text(place + 6, y, str(units), size=12))
    return parts


def _named_row(x: float, y: float, name: str, units: int) -> list[str]:
    shown = name if len(name) <= 26 else f"{name[:25]}…"
    return [svg.text(x, y, shown, size=12)] if units else []
