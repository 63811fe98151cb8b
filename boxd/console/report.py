"""What was given out, and how tasks and checkpoints went: live, as a table file, on paper."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response

from boxd import report_sums
from boxd.api import report
from boxd.console.day import day_begins
from boxd.console.section import HOME, ConsoleSection
from boxd.console.visit import ConsoleVisit
from boxd.lists.spreadsheets import write_csv
from boxd.report_sums import bars
from boxd.words import N_

_PERIODS = {"today": N_("Today"), "yesterday": N_("Yesterday"), "all": N_("Everything so far")}
_HOUR, _NIGHT = timedelta(hours=1), timedelta(hours=8)
_COLUMNS = ("hour", "bay", "sku", "prize", "units")


async def show(visit: ConsoleVisit) -> Response:
    """The page."""
    period = _period(visit)
    found = await _found(visit, period)
    given = report_sums.by_hour_of(found["given_out"])
    hours = [(f"{hour:%Y-%m-%d %H:%M}", units) for hour, units in _every_hour(given)]
    names = {bay.id: bay.name or bay.id for bay in visit.context.box.config.bays}
    return visit.page(
        "report.html",
        N_("Report"),
        period=period,
        periods=_PERIODS,
        total=report_sums.total(given),
        hours=bars(hours),
        prizes=bars((name, n) for (_, name), n in report_sums.prizes(given).most_common()),
        bays=bars((names.get(bay, bay), n) for bay, n in sorted(report_sums.bays(given).items())),
        tasks=found["tasks"],
        checkpoints=bars((each["name"], each["scans"]) for each in found["checkpoints"]),
    )


async def table(visit: ConsoleVisit) -> Response:
    """The sums as CSV, which spreadsheets open as it is meant."""
    period = _period(visit)
    given = report_sums.by_hour_of((await _found(visit, period))["given_out"])
    out = io.StringIO()
    rows = ((each.hour.isoformat(), each.bay, each.sku, each.prize, each.units) for each in given)
    write_csv(out, _COLUMNS, rows)
    return Response(
        out.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="given-out-{period}.csv"'},
    )


def _period(visit: ConsoleVisit) -> str:
    asked = visit.request.query_params.get("period", "today")
    return asked if asked in _PERIODS else "today"


async def _found(visit: ConsoleVisit, period: str) -> Mapping[str, Any]:
    begins = day_begins(visit.now)
    stretches: Mapping[str, tuple[datetime | None, datetime | None]] = {
        "today": (begins, None),
        "yesterday": (day_begins(begins - timedelta(hours=1)), begins),
        "all": (None, None),
    }
    since, until = stretches[period]
    return await visit.act(report.report, query={"since": since, "until": until})


def _every_hour(given: Sequence[report_sums.Dispensed]) -> list[tuple[datetime, int]]:
    """Units by hour; an hour without any, between two of one day, is there with 0."""
    found = report_sums.hours(given)
    hours: list[tuple[datetime, int]] = []
    for hour, units in sorted(found.items()):
        while hours and _HOUR < hour - hours[-1][0] < _NIGHT:
            hours.append((hours[-1][0] + _HOUR, 0))
        hours.append((hour, units))
    return hours


SECTION = ConsoleSection(
    path=f"{HOME}/report",
    title=N_("Report"),
    needs=report.report,
    show=show,
    pages={"/given-out.csv": table},
)
