"""Whoever asks for an upgrade or the way back sees what the unit says, and how it ended."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from boxd.errors import BoxdError, NotFound, Refused
from boxd.ledger.database import open_ledger
from boxd.upgrade import journal
from boxd.upgrade.asking import run_by_systemd
from boxd.upgrade.install_paths import InstallPaths
from boxd.upgrade.journal import Step, Upgrade
from boxd.upgrade.rollback import return_to_previous

KEPT = Upgrade(Step.KEPT, "1.0.0", "2.0.0", 120.0)
# Tells what the unit has said, all of it each time, and refuses what a newer systemd does.
JOURNALCTL = """#!/bin/sh
case "$*" in *--cursor*--since*) echo "Please specify only one of them" >&2; exit 1 ;; esac
case "$*" in *--since*) cat {said} ;; esac
"""
SYSTEMCTL = """#!/bin/sh
[ "$1" != start ] || { sleep 0.5; echo "  ready"; mv %(journal)s %(last)s; } >>%(said)s 2>&1 &
"""


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InstallPaths:
    """A box with a release to go back to, on a system whose unit ends whatever is asked of it."""
    places = InstallPaths(tmp_path)
    (places.releases / "1.0.0").mkdir(parents=True)
    places.config_file.parent.mkdir(parents=True)
    text = Path("config/sim.toml").read_text(encoding="utf-8")
    text = text.replace("../var/sim", str(tmp_path / "state"))
    places.config_file.write_text(text, encoding="utf-8")
    said, programs = tmp_path / "said", tmp_path / "programs"
    said.write_text("  boxd stopped\n", encoding="utf-8")
    programs.mkdir()
    moved = {"journal": places.journal, "last": places.last, "said": said}
    for name, text in (
        ("journalctl", JOURNALCTL.format(said=said)),
        ("systemctl", SYSTEMCTL % moved),
    ):
        (programs / name).write_text(text, encoding="utf-8")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    return places


def test_what_the_unit_says_is_shown_once(
    places: InstallPaths, capfd: pytest.CaptureFixture[str]
) -> None:
    journal.write(places, KEPT)
    assert run_by_systemd(places) == KEPT
    assert capfd.readouterr() == ("  boxd stopped\n  ready\n", "")


def test_nobody_goes_back_while_an_upgrade_is_under_way(places: InstallPaths) -> None:
    under_way = replace(KEPT, step=Step.TRYING, old="2.0.0", new="3.0.0")
    journal.end(places, KEPT)
    journal.write(places, under_way)
    with pytest.raises(Refused, match="under way"):
        return_to_previous(places, 120, lambda _: True)
    assert journal.read(places) == under_way


def test_a_way_back_whose_backup_is_gone_is_none(places: InstallPaths, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    open_ledger(tmp_path / "state/ledger.db").close()
    journal.end(places, replace(KEPT, schema=1, backup=str(tmp_path / "gone.db")))
    with pytest.raises(NotFound, match="no way back"):
        return_to_previous(places, 120, lambda _: True)
    assert journal.read(places) is None


def test_a_way_back_that_ended_otherwise_is_no_success(places: InstallPaths) -> None:
    journal.end(places, KEPT)
    with pytest.raises(BoxdError, match="did not go back"):
        return_to_previous(places, 120, lambda _: True)
