"""The report of a device test: its rows, as a table, as text to keep, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import click

from boxd.cli.tables import heading, table
from boxd.errors import BoxdError

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


@dataclass(frozen=True)
class ReportRow:
    """One part of a device and its test's result; `part` is empty for the device itself."""

    device: str
    part: str
    result: str
    remark: str = ""


@dataclass
class Report:
    """What was tested, by whom, and when; `stopped` says why it is incomplete."""

    box: str
    by: str
    at: str
    boxd: str
    rows: list[ReportRow] = field(default_factory=list)
    stopped: str = ""

    def note(self, device: str, part: str, result: str, remark: str = "") -> None:
        """Add a row."""
        self.rows.append(ReportRow(device, part, result, remark))

    @property
    def is_good(self) -> bool:
        """Whether nothing failed and the test was complete."""
        return not self.stopped and all(row.result != FAILED for row in self.rows)

    def as_json(self) -> dict[str, Any]:
        """The report as values for JSON."""
        return {**asdict(self), "good": self.is_good}

    def show(self) -> None:
        """Print the report."""
        heading(f"{self.box}: {_summary(self)}")
        table(
            ("device", "part", "result", "remark"),
            [(row.device, row.part or "the device", row.result, row.remark) for row in self.rows],
            nothing="nothing was tested",
        )

    def as_text(self) -> str:
        """The report to keep in a file."""
        head = f"Test of the devices of {self.box}, {self.at}, by {self.by}, boxd {self.boxd}"
        rows = [("device", "part", "result", "remark")]
        rows += [(row.device, row.part or "-", row.result, row.remark) for row in self.rows]
        return "\n".join([head, _summary(self), "", *_columns(rows), ""])


def refuse_unwritable(file: Path | None) -> None:
    """Raise BoxdError before the test if the report can't be written there."""
    if file is not None and not file.parent.is_dir():
        raise BoxdError(f"--report {file}: there is no folder {file.parent}; make it first")


def keep(report: Report, file: Path) -> None:
    """Write the report: as JSON into a file that ends in .json, else as text."""
    is_json = file.suffix == ".json"
    made = json.dumps(report.as_json(), indent=2, ensure_ascii=False) + "\n"
    file.write_text(made if is_json else report.as_text(), encoding="utf-8")
    click.echo(f"the report is in {file}", err=True)


def _summary(report: Report) -> str:
    counted = (PASSED, FAILED, SKIPPED)
    numbers = {result: sum(row.result == result for row in report.rows) for result in counted}
    told = ", ".join(f"{number} {result}" for result, number in numbers.items() if number)
    stopped = f"; not complete: {report.stopped}" if report.stopped else ""
    return (told or "nothing was tested") + stopped


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
