"""For all tests: how they are dealt out to workers, and what holds for each."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.counts import pytest_terminal_summary  # noqa: F401 - pytest finds them by their names
from tests.dealing import (  # noqa: F401
    pytest_xdist_auto_num_workers,
    pytest_xdist_make_scheduler,
    with_proofs_among,
)
from tests.made_once import FOLDER

# Whole boxes take longest. They are begun first, so that no worker ends with a long file alone.
LONGEST_FIRST = ("box", "clock", "doctor", "browser", "arduino", "workflows", "temporal", "midi")


def pytest_configure(config: pytest.Config) -> None:
    """Let Ctrl-C reach the commands that are tried, also where a shell runs the tests aside.

    A shell has its background ignore Ctrl-C, and whoever is started there goes on ignoring it.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if not hasattr(config, "workerinput"):  # a worker has it from the process that started it
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="boxd-tests-")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove what the workers shared: a layer with boxd in it has some hundred megabytes."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(FOLDER), ignore_errors=True)


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the folders that take longest; whatever boots a Debian of its own is a proof."""
    items.sort(key=lambda item: _rank(item.path))
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "debian" in fixtures:
            item.add_marker("proof")
    items[:] = with_proofs_among(items)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Where everything is installed (CI), a test that can't run is a failure."""
    report: pytest.TestReport = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which fails under CI: {report.longrepr}"
    return report


def _rank(file: Path) -> int:
    folder = file.relative_to(Path(__file__).parent).parts[0]
    return LONGEST_FIRST.index(folder) if folder in LONGEST_FIRST else len(LONGEST_FIRST)
