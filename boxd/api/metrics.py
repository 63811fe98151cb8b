"""Prometheus metrics: the snapshot as gauges, the ledger's counts; computed on request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from boxd.api import ledger_metrics, listener
from boxd.api.request_context import RequestContext
from boxd.api.services import ServedBox
from boxd.device_line import LineFault
from boxd.errors import BoxdError, LedgerUnusable
from boxd.ledger.tallies import Tallies, tallies
from boxd.machine_clock import utc_now
from boxd.web.stream import Streams

if TYPE_CHECKING:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

Json = dict[str, Any]
BAY_STATES = ("ready", "checking", "busy", "locked_out", "out_of_service")
DEVICE_STATES = ("connecting", "ready", "unreachable", "disabled")
STOCK_PLACES = ("received", "on_hand", "held", "dispensed", "written_off")


async def respond(request: Request) -> Response:
    """The metrics of this moment, for whoever is on this machine."""
    here = listener.of(request)
    return await _written(here.box, here.streams)


async def metrics(context: RequestContext) -> Response:
    """The metrics of this moment, in Prometheus' text format."""
    return await _written(context.served, context.streams)


async def _written(served: ServedBox, streams: Streams) -> Response:
    # Imported on first use: most boxes have no Prometheus, and memory is scarce.
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector
    from prometheus_client.exposition import generate_latest
    from prometheus_client.registry import Collector

    shown, counted = served.snapshots, await _tallies(served)

    class Families(Collector):
        def collect(self) -> Iterable[Metric]:
            yield from families(shown.snapshot(), shown.ready()[0], streams.count)
            if counted is not None:
                yield from ledger_metrics.families(counted)

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Families())
    ProcessCollector(registry=registry)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


async def _tallies(served: ServedBox) -> Tallies | None:
    """What the ledger counts; None while it can't be used, which `boxd_ledger_whole` says."""
    if isinstance(served.services, BoxdError):
        return None
    try:
        return await served.services.ledger.read(tallies)
    except LedgerUnusable:
        return None


def families(snapshot: Json, ready: bool, streams: int) -> Iterator[Metric]:
    """The snapshot's gauges and counters."""
    health = snapshot["health"]
    yield _one("boxd_ready", "1 while the box takes codes", ready)
    yield _one("boxd_temporal_up", "1 while Temporal answers", _up(health["temporal"]["state"]))
    yield _one("boxd_ledger_whole", "1 while the ledger is whole", _whole(health))
    yield _one("boxd_alarms", "Alarms that stand", len(snapshot["alarms"]))
    yield _one("boxd_event_streams", "Pages that watch", streams)
    prompts = snapshot["prompts"]
    yield _one("boxd_prompts", "Redemptions that wait for a person", len(prompts))
    yield _one("boxd_prompt_oldest_seconds", "Age of the oldest of them", _oldest_s(prompts))
    yield _states("boxd_bay_state", "bay", snapshot["bays"], "id", BAY_STATES)
    yield _states("boxd_device_state", "device", snapshot["devices"], "name", DEVICE_STATES)
    yield _line_faults(snapshot["devices"])
    yield _stock(snapshot["stock"])
    if snapshot["upstream"] is not None:
        yield from _upstream(snapshot["upstream"])


def _up(state: str) -> bool:
    return state in {"up", "external"}


def _whole(health: Json) -> bool:
    return bool(health["ledger"]["state"] == "whole")


def _oldest_s(prompts: list[Json]) -> float:
    now = utc_now()
    ages = [(now - datetime.fromisoformat(each["since"])).total_seconds() for each in prompts]
    return max(0.0, *ages) if ages else 0.0


def _upstream(upstream: Json) -> Iterator[GaugeMetricFamily]:
    oldest = [{"since": upstream["oldest_at"]}] if upstream["oldest_at"] else []
    yield _one("boxd_outbox_waiting", "Events that wait for upstream", upstream["waiting"])
    yield _one("boxd_outbox_oldest_seconds", "Age of the oldest of them", _oldest_s(oldest))
    yield _one("boxd_outbox_dead", "Events that upstream refused for good", upstream["dead"])
    yield _one("boxd_outbox_delivered", "Events delivered, ever", upstream["delivered"])
    yield _one("boxd_upstream_failures", "Failures in a row", upstream["failures"])


def _one(name: str, help_text: str, value: float) -> GaugeMetricFamily:
    from prometheus_client.core import GaugeMetricFamily

    return GaugeMetricFamily(name, help_text, value=float(value))


def _states(
    name: str, label: str, things: list[Json], key: str, states: tuple[str, ...]
) -> GaugeMetricFamily:
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(
        name, f"1 for the state that the {label} is in", labels=[label, "state"]
    )
    for thing in things:
        for state in states:
            family.add_metric([str(thing[key]), state], float(thing["state"] == state))
    return family


def _line_faults(devices: list[Json]) -> CounterMetricFamily:
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(
        "boxd_device_line_faults",
        "Faults on the way to a device since boxd started",
        labels=["device", "fault"],
    )
    for device in devices:
        for fault in LineFault:
            count = device["line"]["ever"].get(fault.value, 0)
            family.add_metric([device["name"], fault.value.replace(" ", "_")], float(count))
    return family


def _stock(stock: list[Json]) -> GaugeMetricFamily:
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily("boxd_stock_units", "Units of a prize", labels=["sku", "place"])
    for prize in stock:
        for place in STOCK_PLACES:
            family.add_metric([prize["sku"], place], float(prize[place]))
    return family
