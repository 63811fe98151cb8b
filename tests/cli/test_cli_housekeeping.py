"""`boxd schedules` and `boxd backup`: what people and scripts see."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from boxd.api import backups
from boxd.cli import schedules
from boxd.daemon.instance_lock import only_one
from boxd.ledger import audit
from boxd.ledger.ledger import Ledger
from tests.cli.box_in_thread import DaemonInThread
from tests.cli.cli_line import Boxd


@pytest.fixture
def ledger_file(state_dir: Path) -> Path:
    """A ledger with an entry in its trail."""
    file = state_dir / "ledger.db"
    with closing(Ledger(file)) as ledger:
        ledger.write_now(lambda tx: audit.append(tx, audit.Entry("ada", "stock.received")))
    return file


def test_schedules_tell_when_they_run_and_what_is_off_or_paused(
    boxd_there: Boxd, server_box: DaemonInThread
) -> None:
    server_box.pause("self-test", "soldering")
    lines = {line.split()[0]: line for line in boxd_there("schedules", "list").out.splitlines()}
    assert "1 h" in lines["expiry"]
    assert "off" in lines["backup"]
    assert "not yet" in lines["backup"]
    assert "paused: soldering" in lines["self-test"]


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(None, "off"), (20, "20 s"), (90, "90 s"), (60, "1 min"), (5400, "90 min"), (21600, "6 h")],
)
def test_an_interval_is_shown_as_it_is(seconds: float | None, shown: str) -> None:
    assert schedules.every(seconds) == shown


@pytest.mark.usefixtures("server_box")
def test_status_shows_the_schedules(boxd_there: Boxd) -> None:
    assert "\nSchedules\n" in boxd_there("status").out
    shown = json.loads(boxd_there("status", "--json").out)["schedules"]
    assert shown[0]["name"] == "expiry"


@pytest.mark.usefixtures("server_box")
def test_a_run_by_hand_waits_for_its_result(boxd_there: Boxd) -> None:
    said = boxd_there("schedules", "run", "expiry")
    assert (said.code, said.out.startswith("expiry: done: ")) == (0, True)
    told = json.loads(boxd_there("schedules", "run", "expiry", "--json").out)
    assert (told["name"], told["state"]) == ("expiry", "done")


@pytest.mark.usefixtures("server_box")
def test_a_run_that_fails_fails_the_command(boxd_there: Boxd, server_box: DaemonInThread) -> None:
    server_box.break_backups()
    said = boxd_there("schedules", "run", "backup")
    assert (said.code, said.out.startswith("backup: failed: ")) == (1, True)


@pytest.mark.usefixtures("server_box")
def test_an_unknown_schedule_is_told_with_those_there_are(boxd_there: Boxd) -> None:
    said = boxd_there("schedules", "run", "cleaning")
    assert said.code == 1
    assert "there are: expiry, backup, self-test" in said.err


@pytest.mark.usefixtures("box")
def test_a_backup_that_takes_long_is_waited_for(
    boxd: Boxd, state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "ANSWERS_WITHIN_S", 0.0)  # each request is too short for it
    with only_one(state_dir / "boxd.lock"):
        said = boxd("backup", "create")
    # One was made, by whichever request: it is named as the new one, or as the one that is whole.
    (made,) = (state_dir / "backups").glob("ledger-*.db")
    assert said.code == 0, said
    assert str(made) in said.out


def test_without_the_daemon_a_backup_is_made_listed_and_restored(
    boxd: Boxd, ledger_file: Path
) -> None:
    made = json.loads(boxd("backup", "create", "--json").out)["backup"]
    assert made["entries"] == 1
    listed = json.loads(boxd("backup", "list", "--json").out)["backups"]
    assert [(each["file"], each["state"]) for each in listed] == [(made["file"], "readable")]
    assert " whole " in boxd("backup", "list", "--verify").out
    restored = boxd("backup", "restore", made["file"], "--yes", "--json")
    assert restored.code == 0, restored.err
    told = json.loads(restored.out)
    assert told["lost"] == {"entries": 0, "good_again": [], "unknown": 0}
    assert Path(told["set_aside"], "ledger.db").exists()


def test_a_restore_asks_first(boxd: Boxd, ledger_file: Path) -> None:
    made = json.loads(boxd("backup", "create", "--json").out)["backup"]
    said = boxd("backup", "restore", made["file"])
    assert said.code == 1
    assert "in the place of the ledger of box-1" in said.err
    assert not list(ledger_file.parent.glob("ledger-set-aside-*"))


def test_a_restore_is_refused_while_boxd_runs(
    boxd: Boxd, ledger_file: Path, state_dir: Path
) -> None:
    made = json.loads(boxd("backup", "create", "--json").out)["backup"]
    with only_one(state_dir / "boxd.lock"):
        said = boxd("backup", "restore", made["file"], "--yes")
    assert said.code == 1
    assert "Stop it first" in said.err


def test_no_backup_yet_is_told_with_how_to_make_one(boxd: Boxd) -> None:
    assert "`boxd backup create` makes one" in boxd("backup", "list").out
