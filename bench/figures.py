"""A measured figure beside its goal, and how samples become one."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

MARKS = {True: "reached", False: "missed", None: ""}


@dataclass(frozen=True)
class Figure:
    """One row of the table. `reached` is None where a row has no goal of its own.

    `failed` says that nothing could be measured; `measured` then says why.
    """

    what: str
    goal: str
    measured: str
    beside: str = ""
    reached: bool | None = None
    failed: bool = False

    @property
    def mark(self) -> str:
        """How it went, in a word."""
        return "failed" if self.failed else MARKS[self.reached]


@dataclass(frozen=True)
class Spread:
    """What many samples come to; in the unit of the samples."""

    count: int
    p50: float
    p99: float


def spread(samples: Sequence[float]) -> Spread:
    """Median and 99th percentile (nearest rank) of at least one sample."""
    return Spread(len(samples), statistics.median(samples), percentile(samples, 99))


def percentile(samples: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile: the sample that so many per cent do not exceed."""
    ranked = sorted(samples)
    return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)]


def milliseconds(of: Spread) -> str:
    """A spread of seconds, in words."""
    return f"p50 {of.p50 * 1000:.1f} ms, p99 {of.p99 * 1000:.1f} ms (n={of.count})"


def kib(size: float) -> str:
    """A size in KiB."""
    return f"{size / 1024:.0f} KiB"


def mib(size: float) -> str:
    """A size in MiB."""
    return f"{size / 1024 / 1024:.0f} MiB"


def megabytes(size: float) -> str:
    """A size in MB, as disks are sold."""
    return f"{size / 1e6:.1f} MB"
