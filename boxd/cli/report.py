"""`boxd report`: dispensed units by hour, prize and bay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from boxd import report_sums
from boxd.cli import daemon
from boxd.cli.command_classes import BoxdCommand, json_option
from boxd.cli.files.atomic_write import written
from boxd.cli.tables import heading, say_json, table
from boxd.cli.times import Moment
from boxd.lists.spreadsheets import write_csv
from boxd.report_sums import Dispensed

_COLUMNS = ("hour", "bay", "sku", "prize", "units")


@click.command(
    "report",
    cls=BoxdCommand,
    examples=(
        "boxd report --today",
        "boxd report --since yesterday",
        "boxd report --since 2h",
        "boxd report --since 2026-11-21 --until 2026-11-23",
        "boxd report --csv given-out.csv",
        "boxd report --svg given-out.svg",
    ),
)
@click.option("--today", is_flag=True, help="From midnight on: --since today.")
@click.option("--since", type=Moment(), help="From then on: a date, 9:30, yesterday, 2h, 3d.")
@click.option("--until", type=Moment(), help="Before then.")
@click.option(
    "--csv",
    "csv_out",
    type=click.Path(path_type=Path),
    help="Write the sums there; - is standard output.",
)
@click.option(
    "--svg",
    "svg_out",
    type=click.Path(path_type=Path),
    help="Draw a picture there; - is standard output.",
)
@json_option
def command(
    *,
    today: bool,
    since: datetime | None,
    until: datetime | None,
    csv_out: Path | None,
    svg_out: Path | None,
    as_json: bool,
) -> None:
    """Report what was given out, by hour, prize and bay, in this machine's local time.

    Also how the tasks that began then went, and how often each checkpoint was scanned.
    """
    if today:
        if since is not None:
            raise click.UsageError("--today is --since today: give one of them")
        since = Moment().convert("today", None, None)
    asked = {
        "since": since.isoformat() if since else None,
        "until": until.isoformat() if until else None,
    }
    body = daemon.get("/api/v1/report", **asked)
    given = report_sums.by_hour_of(body["given_out"])
    if csv_out is not None:
        _write_csv(csv_out, given)
    if svg_out is not None:
        _write_picture(svg_out, given)
    if as_json:
        told = [asdict(each) | {"hour": each.hour.isoformat()} for each in given]
        sums = {"given_out": told, "total": report_sums.total(given), "audit_head": _head()}
        say_json(body | sums)
    elif csv_out is None and svg_out is None:
        _show(given)
        _show_tasks(body)
        click.echo(f"\naudit trail: {_head()}")


def _head() -> str:
    """What anchors the audit trail: printed on paper, it is out of the box."""
    return str(daemon.get("/api/v1/audit/head")["head"])


def _write_csv(out: Path, given: Sequence[Dispensed]) -> None:
    with written(out) as file:
        rows = [(each.hour.isoformat(), *list(asdict(each).values())[1:]) for each in given]
        write_csv(file, _COLUMNS, rows)
    click.echo(f"{len(given)} sums written to {out}", err=True)


def _write_picture(out: Path, given: Sequence[Dispensed]) -> None:
    from boxd.cli.report_picture import draw

    name = daemon.get("/api/v1/status")["box"]["name"]
    with written(out) as file:
        file.write(draw(given, f"{name}: what was given out"))
    click.echo(f"drawn to {out}", err=True)


def _show(given: Sequence[Dispensed]) -> None:
    if not given:
        click.echo("nothing was given out in that time")
        return
    table(
        ("hour", "units#"),
        [(f"{hour:%Y-%m-%d %H:%M}", units) for hour, units in report_sums.hours(given).items()],
    )
    heading("Prizes")
    table(
        ("sku", "name", "units#"),
        [(*prize, units) for prize, units in report_sums.prizes(given).most_common()],
    )
    heading("Bays")
    table(("bay", "units#"), sorted(report_sums.bays(given).items()))
    click.echo()
    click.echo(f"{report_sums.total(given)} given out in all")


def _show_tasks(body: dict[str, Any]) -> None:
    if body["tasks"]:
        heading("Tasks that began then")
        shown = ("started", "rewarded", "open", "without")
        table(
            ("task", *(f"{each}#" for each in ("started", "rewarded", "open", "without a code"))),
            [(task["name"], *(task[each] for each in shown)) for task in body["tasks"]],
        )
    if body["checkpoints"]:
        heading("Checkpoints")
        table(("name", "scans#"), [(c["name"], c["scans"]) for c in body["checkpoints"]])
