"""Prometheus metrics from the ledger: counters and durations since it began."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from boxd.ledger.tallies import Durations, Tallies
from boxd.workflows.healing.healer import ALARM as HEALED

if TYPE_CHECKING:
    from prometheus_client.core import (
        CounterMetricFamily,
        GaugeMetricFamily,
        HistogramMetricFamily,
        Metric,
    )


def families(tallies: Tallies) -> Iterator[Metric]:
    """The ledger's counters and durations."""
    yield _counter(
        "boxd_redemptions",
        "Redemptions by stage, and refused ones by reason",
        ("stage", "refusal"),
        tallies.redemptions,
    )
    yield _counter(
        "boxd_actuations",
        "Orders to latches by outcome and cause",
        ("outcome", "cause"),
        tallies.actuations,
    )
    kinds: dict[tuple[str, ...], int] = {(kind,): n for kind, n in tallies.alarms.items()}
    yield _counter("boxd_alarms_raised", "Alarms raised, by kind", ("kind",), kinds)
    healed: dict[tuple[str, ...], int] = {(): tallies.alarms.get(HEALED, 0)}
    yield _counter("boxd_healed_alarms", "Alarms for workflows that were begun again", (), healed)
    yield _counter(
        "boxd_notices",
        "Notices to phones, by way and by what became of them",
        ("way", "outcome"),
        tallies.notices,
    )
    yield _gauge("boxd_notices_waiting", "Notices that wait", "way", tallies.notices_waiting)
    yield _histogram(
        "boxd_operator_wait_seconds", "From the claim to the operator's first answer", tallies.waits
    )
    yield _histogram(
        "boxd_opening_seconds", "From the recorded order to its recorded outcome", tallies.openings
    )


def _counter(
    name: str, help_text: str, labels: tuple[str, ...], counts: Mapping[tuple[str, ...], int]
) -> CounterMetricFamily:
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(name, help_text, labels=labels)
    for values, count in counts.items():
        family.add_metric(values, float(count))
    return family


def _gauge(name: str, help_text: str, label: str, values: Mapping[str, int]) -> GaugeMetricFamily:
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(name, help_text, labels=[label])
    for labelled, value in values.items():
        family.add_metric([labelled], float(value))
    return family


def _histogram(name: str, help_text: str, durations: Durations) -> HistogramMetricFamily:
    from prometheus_client.core import HistogramMetricFamily

    buckets = [(str(bound), float(count)) for bound, count in durations.within.items()]
    buckets.append(("+Inf", float(durations.count)))
    return HistogramMetricFamily(name, help_text, buckets=buckets, sum_value=durations.sum_s)
