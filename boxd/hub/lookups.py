"""What all boxes told on one lookup, put together for a page."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Generic, Protocol, TypeVar

from boxd import report_sums
from boxd.ledger.task_sums import TaskSum
from boxd.report_sums import Bar, bars
from boxd.workflows.fleet.lookup_messages import RowHere, SumsHere, TrailHere


class OfBox(Protocol):
    """What a box told; `box` is its number."""

    @property
    def box(self) -> int:
        """The box's number."""


ToldT = TypeVar("ToldT", bound=OfBox)


@dataclass(frozen=True)
class LookedUp(Generic[ToldT]):
    """What was told, by the boxes' numbers, and the boxes that did not answer."""

    told: tuple[ToldT, ...]
    silent: tuple[int, ...]


def looked_up(asked: Iterable[int], told: Iterable[ToldT]) -> LookedUp[ToldT]:
    """What these boxes told when they were asked."""
    found = tuple(sorted(told, key=lambda each: each.box))
    have = {each.box for each in found}
    return LookedUp(found, tuple(sorted(set(asked) - have)))


@dataclass(frozen=True)
class FleetSums:
    """What all boxes gave out together, and how tasks and checkpoints went."""

    total: int
    hours: Sequence[Bar]
    prizes: Sequence[Bar]
    boxes: Sequence[Bar]
    checkpoints: Sequence[Bar]
    tasks: Sequence[TaskSum]


def summed(told: Iterable[SumsHere]) -> FleetSums:
    """The sums over all of these boxes, in this computer's hours."""
    sums = list(told)
    given = report_sums.by_hour_of(asdict(each) for box in sums for each in box.given_out)
    scans: Counter[str] = Counter()
    for each in (each for box in sums for each in box.checkpoints):
        scans[each.name] += each.scans
    return FleetSums(
        report_sums.total(given),
        bars((f"{hour:%Y-%m-%d %H:%M}", n) for hour, n in sorted(report_sums.hours(given).items())),
        bars((name, n) for (_, name), n in report_sums.prizes(given).most_common()),
        bars((str(box.box), sum(each.units for each in box.given_out)) for box in sums),
        bars(sorted(scans.items())),
        _tasks(each for box in sums for each in box.tasks),
    )


def _tasks(sums: Iterable[TaskSum]) -> list[TaskSum]:
    by_kind: dict[str, list[TaskSum]] = defaultdict(list)
    for each in sums:
        by_kind[each.kind].append(each)
    return [
        replace(
            same[0],
            started=sum(each.started for each in same),
            rewarded=sum(each.rewarded for each in same),
            open=sum(each.open for each in same),
            without=sum(each.without for each in same),
        )
        for _, same in sorted(by_kind.items())
    ]


@dataclass(frozen=True)
class RowOfBox:
    """A row of a box's audit trail."""

    box: int
    row: RowHere


def newest_first(told: Iterable[TrailHere]) -> list[RowOfBox]:
    """The rows of all boxes, by the times of their own clocks."""
    rows = [RowOfBox(each.box, row) for each in told for row in each.rows]
    return sorted(rows, key=lambda each: each.row.at, reverse=True)
