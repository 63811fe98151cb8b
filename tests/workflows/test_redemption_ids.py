"""Redemptions are listed in the order in which they were begun, whatever the clock did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from boxd.ledger import redemption_standings
from boxd.ledger.ledger import Ledger
from boxd.workflows.redemption.ids import id_after, is_own

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


def test_an_id_that_is_made_is_known_as_boxds_own() -> None:
    assert is_own(id_after("", NOW))


@pytest.mark.parametrize("made_up", ["made up", "", "ffff-1", "0" * 11, "0" * 11 + "-1234567g"])
def test_a_made_up_id_is_not_boxds_own(made_up: str) -> None:
    assert not is_own(made_up)


@pytest.mark.parametrize("made_up", ["made up", "zzz-1", "~", "redemption-1", "ffff"])
def test_a_made_up_id_in_the_ledger_does_not_stop_the_next(made_up: str, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db")
    own = id_after("", NOW)
    for each in (own, made_up):
        ledger.write_now(
            lambda tx, each=each: tx.connection.execute(
                "INSERT INTO redemptions (id, bay, stage, refusal, begun_at, since, ended_at)"
                " VALUES (?, 'bay-1', 'refused', 'unknown', ?, ?, ?)",
                (each, tx.at, tx.at, tx.at),
            )
        )
    newest = ledger.write_now(lambda tx: redemption_standings.newest_id(tx.connection))
    ledger.close()
    assert newest == own
    assert id_after(newest, NOW) > own
