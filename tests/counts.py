"""How many tests ran, for continuous integration, which adds its parts up."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

COUNTED_AS = {"passed": "passed", "failed": "failed", "error": "failed", "skipped": "skipped"}


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Add a line for each part to the file that BOXD_TEST_COUNTS names.

    Its words: the part, how many passed, failed, were skipped. A part is the tests, the proofs, or
    what scripts/run-tests runs once more.
    """
    file = os.environ.get("BOXD_TEST_COUNTS")
    if file and not hasattr(config, "workerinput"):
        counts = Counter(
            (_part(report, config), counted)
            for what, counted in COUNTED_AS.items()
            for report in terminalreporter.stats.get(what, ())
        )
        with Path(file).open("a", encoding="utf-8") as lines:
            for part in sorted({part for part, _ in counts}, reverse=True):
                numbers = (counts[part, what] for what in ("passed", "failed", "skipped"))
                lines.write(" ".join((part, *map(str, numbers))) + "\n")


def _part(report: Any, config: pytest.Config) -> str:
    if config.option.lf:
        return "again"
    return "proofs" if "proof" in getattr(report, "keywords", ()) else "tests"
