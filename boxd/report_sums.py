"""Sums of dispensed units: by hour, by prize, by bay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any


@dataclass(frozen=True)
class Dispensed:
    """Units of one prize, dispensed at one bay in the hour that begins at `hour`."""

    hour: datetime
    bay: str
    sku: str
    prize: str
    units: int


@dataclass(frozen=True)
class Bar:
    """A line of a table with its bar: `share` of the largest, in per cent."""

    label: str
    units: int
    share: int


def bars(pairs: Iterable[tuple[str, int]]) -> list[Bar]:
    """Each line with its share of the largest."""
    found = list(pairs)
    most = max((units for _, units in found), default=0) or 1
    return [Bar(label, units, round(100 * units / most)) for label, units in found]


def by_hour_of(rows: Iterable[dict[str, Any]], zone: tzinfo | None = None) -> list[Dispensed]:
    """The daemon's quarters of an hour as hours of `zone` (None: this machine's), in order."""
    sums: Counter[tuple[datetime, str, str, str]] = Counter()
    for row in rows:
        local = datetime.fromisoformat(row["at"]).astimezone(zone)
        hour = local.replace(minute=0, second=0, microsecond=0)
        sums[hour, row["bay"], row["sku"], row["prize"]] += row["units"]
    return [Dispensed(*key, units) for key, units in sorted(sums.items())]


def total(given: Iterable[Dispensed]) -> int:
    """All units."""
    return sum(each.units for each in given)


def hours(given: Iterable[Dispensed]) -> Counter[datetime]:
    """Units by hour."""
    return _summed((each.hour, each.units) for each in given)


def prizes(given: Iterable[Dispensed]) -> Counter[tuple[str, str]]:
    """Units by sku and name."""
    return _summed(((each.sku, each.prize), each.units) for each in given)


def bays(given: Iterable[Dispensed]) -> Counter[str]:
    """Units by bay."""
    return _summed((each.bay, each.units) for each in given)


def _summed(pairs: Iterable[tuple[Any, int]]) -> Counter[Any]:
    sums: Counter[Any] = Counter()
    for key, units in pairs:
        sums[key] += units
    return sums
