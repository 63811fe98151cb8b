"""How many tests ran, for continuous integration, which adds its parts up."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Add a line to the file that BOXD_TEST_COUNTS names: part, passed, failed, skipped."""
    file = os.environ.get("BOXD_TEST_COUNTS")
    if file and not hasattr(config, "workerinput"):
        count = {what: len(each) for what, each in terminalreporter.stats.items()}
        failed = count.get("failed", 0) + count.get("error", 0)
        part = "proofs" if config.option.markexpr.startswith("proof") else "tests"
        if config.option.lf:  # scripts/run-tests runs what failed once more
            part = "again"
        with Path(file).open("a", encoding="utf-8") as counts:
            counts.write(f"{part} {count.get('passed', 0)} {failed} {count.get('skipped', 0)}\n")
