"""The day so far in numbers: what was given out, and how long the stock lasts. Plain functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from boxd.ledger.dispensed import DispensedUnits

_SHORTEST_DAY_H = 1.0  # a rate from a few minutes would cry wolf


@dataclass(frozen=True)
class StockForecast:
    """A prize, and for how many more hours it lasts at today's rate; None without one."""

    sku: str
    name: str
    on_hand: int
    held: int
    was_received: bool
    today: int
    lasts_h: float | None


def day_begins(now: datetime) -> datetime:
    """Midnight at the box, before `now`."""
    return now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)


def units(given: Sequence[DispensedUnits]) -> int:
    """All units together."""
    return sum(each.units for each in given)


def since(given: Sequence[DispensedUnits], moment: datetime) -> list[DispensedUnits]:
    """What was given out in quarters of an hour that begin at `moment` or later."""
    return [each for each in given if datetime.fromisoformat(each.at) >= moment]


def by_quarter(given: Sequence[DispensedUnits], now: datetime) -> list[int]:
    """Units in each quarter of an hour, from the first that gave something out to the present."""
    counts: dict[datetime, int] = {}
    for each in given:
        at = datetime.fromisoformat(each.at)
        counts[at] = counts.get(at, 0) + each.units
    if not counts:
        return []
    quarters = int((now - min(counts)) / timedelta(minutes=15)) + 1
    first = min(counts)
    return [counts.get(first + index * timedelta(minutes=15), 0) for index in range(quarters)]


def forecast(
    stock: Sequence[Mapping[str, object]], given: Sequence[DispensedUnits], now: datetime
) -> list[StockForecast]:
    """How long each prize lasts, the shortest first; what is not wanted today comes last."""
    hours = _hours(given, now)
    found = [_lasting(prize, given, hours) for prize in stock]
    return sorted(found, key=lambda each: (_urgency(each), each.name))


def _hours(given: Sequence[DispensedUnits], now: datetime) -> float:
    """For how long units have been given out today."""
    if not given:
        return _SHORTEST_DAY_H
    first = min(datetime.fromisoformat(each.at) for each in given)
    return max(_SHORTEST_DAY_H, (now - first) / timedelta(hours=1))


def _lasting(
    prize: Mapping[str, object], given: Sequence[DispensedUnits], hours: float
) -> StockForecast:
    today = units([each for each in given if each.sku == prize["sku"]])
    on_hand, held = int(str(prize["on_hand"])), int(str(prize["held"]))
    return StockForecast(
        sku=str(prize["sku"]),
        name=str(prize["name"]),
        on_hand=on_hand,
        held=held,
        was_received=bool(prize["received"]),
        today=today,
        lasts_h=(on_hand + held) / (today / hours) if today else None,
    )


def _urgency(prize: StockForecast) -> float:
    if not prize.on_hand and prize.was_received:
        return -1.0
    return 1e9 if prize.lasts_h is None else prize.lasts_h
