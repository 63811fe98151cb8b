"""Redemptions are listed in the order in which they were begun, whatever the clock did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from boxd.workflows.redemption.ids import id_after

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)


def test_ids_sort_by_time() -> None:
    assert id_after("", NOW) < id_after("", NOW + timedelta(milliseconds=1))


def test_an_id_sorts_behind_the_newest_although_the_clock_went_back() -> None:
    newest = id_after("", NOW)
    for hours in range(1, 4):
        following = id_after(newest, NOW - timedelta(hours=hours))
        assert following > newest
        newest = following


def test_an_id_tells_when_the_redemption_was_begun() -> None:
    at_ms = int(id_after(id_after("", NOW - timedelta(days=1)), NOW).split("-")[0], 16)
    assert datetime.fromtimestamp(at_ms / 1000, UTC) == NOW
