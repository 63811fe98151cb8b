"""The journal of an upgrade says where it stands, whatever interrupts whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from boxd.errors import BoxdError
from boxd.upgrade import journal
from boxd.upgrade.install_paths import InstallPaths
from boxd.upgrade.journal import Step, Upgrade

UNDER_WAY = Upgrade(
    step=Step.TRYING,
    old="1.0.0",
    new="2.0.0",
    patience_s=120.0,
    schema=7,
    was_ready=True,
    is_open=("one", "two"),
    failing=("board-0 lamps",),
    backup="/var/lib/boxd/backups/ledger.db",
)


@pytest.fixture
def places(tmp_path: Path) -> InstallPaths:
    (tmp_path / "opt/boxd").mkdir(parents=True)
    return InstallPaths(tmp_path)


def test_none_is_under_way_on_a_new_box(places: InstallPaths) -> None:
    assert journal.read(places) is None
    assert journal.last(places) is None


def test_what_was_written_is_read(places: InstallPaths) -> None:
    journal.write(places, UNDER_WAY)
    assert journal.read(places) == UNDER_WAY


def test_one_that_has_ended_is_kept_and_not_under_way(places: InstallPaths) -> None:
    journal.write(places, UNDER_WAY)
    journal.end(places, UNDER_WAY)
    assert journal.read(places) is None
    assert journal.last(places) == UNDER_WAY


def test_a_cut_while_writing_leaves_what_was_there(places: InstallPaths) -> None:
    journal.write(places, UNDER_WAY)
    places.journal.with_name(".upgrade.json.new").write_text('{"step": "goi', encoding="utf-8")
    assert journal.read(places) == UNDER_WAY


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"step": "dancing", "is_open": [], "failing": []}']
)
def test_a_journal_that_tells_of_nothing_is_named(places: InstallPaths, text: str) -> None:
    places.journal.write_text(text, encoding="utf-8")
    with pytest.raises(BoxdError, match="does not tell of an upgrade"):
        journal.read(places)
