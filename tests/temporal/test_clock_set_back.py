"""A database from later than now is of no use: its timers would wait until then."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from boxd.temporal.clock_set_back import ClockSetBack, why_from_later

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expected", "ahead_s"),
    [
        ("", -86400),
        ("", 60),
        ("its last entry is 2 min ahead of the clock, and its timers would wait", 120),
        ("its last entry is 5 h 0 min ahead of the clock, and its timers would wait", 18000),
    ],
)
def test_a_database_is_judged_by_its_last_entry(
    tmp_path: Path, expected: str, ahead_s: float
) -> None:
    database, log = tmp_path / "temporal.db", tmp_path / "temporal.db-wal"
    for file, at in ((database, NOW.timestamp() - 3600), (log, NOW.timestamp() + ahead_s)):
        file.touch()
        os.utime(file, (at, at))
    assert why_from_later([database, log], NOW) == expected


def test_the_log_may_be_missing(tmp_path: Path) -> None:
    database = tmp_path / "temporal.db"
    database.touch()
    os.utime(database, (NOW.timestamp(), NOW.timestamp()))
    assert why_from_later([database, tmp_path / "temporal.db-wal"], NOW) == ""


def test_a_clock_that_nobody_sets_was_not_set_back() -> None:
    clock = ClockSetBack()
    assert clock.why() == ""
