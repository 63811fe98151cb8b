"""What works while no daemon runs, on the real ledger, lock and Temporal server."""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from boxd.ledger import audit, audit_heads, backup
from boxd.ledger.audit_key import load_audit_key
from boxd.ledger.backup import BackupRules
from boxd.ledger.database import open_ledger
from boxd.ledger.ledger import Ledger
from boxd.ledger.soundness import examine
from tests.cli.cli_line import Boxd

BOXD = (sys.executable, "-m", "boxd")
DEADLINE_S = 60


@pytest.fixture
def ledger_file(state_dir: Path) -> Path:
    """A ledger with three entries in its trail."""
    file = state_dir / "ledger.db"
    with closing(Ledger(file)) as ledger:
        for number in range(3):
            entry = audit.Entry("ada", "stock.received", f"carton {number}")
            ledger.write_now(lambda tx, entry=entry: audit.append(tx, entry))
    return file


def test_a_whole_trail_verifies(boxd: Boxd, ledger_file: Path) -> None:
    said = boxd("audit", "verify")
    assert said.code == 0, said.err
    assert said.out == "whole: 3 entries, each following from the one before\n"
    told = json.loads(boxd("audit", "verify", "--json").out)
    assert told == {"holds": True, "rows": 3, "fault": ""}


def test_a_changed_trail_fails_and_names_the_row(boxd: Boxd, ledger_file: Path) -> None:
    with closing(open_ledger(ledger_file)) as connection:
        connection.execute("DROP TRIGGER audit_stays")
        connection.execute("UPDATE audit SET actor = 'eve' WHERE seq = 2")
    said = boxd("audit", "verify")
    assert said.code == 1
    assert "row 2 was changed after it was written" in said.err
    assert json.loads(boxd("audit", "verify", "--json").out)["holds"] is False


def test_a_trail_is_verified_against_a_head_that_left_the_box(
    boxd: Boxd, ledger_file: Path
) -> None:
    with closing(open_ledger(ledger_file)) as connection:
        head = audit_heads.newest(connection)
    signed = load_audit_key(ledger_file.parent / "keys" / "audit.key", "box-1").signed(head)
    good = boxd("audit", "verify", "--against", str(signed), "--against", head.short)
    assert (good.code, "2 head(s) from outside belong to it" in good.out) == (0, True)

    another = f"{head.seq}.{'0' * 64}"
    for wrong, why in (
        (another, "is another than when the head left the box"),
        (f"9.{head.hash}", "entry 9 is not there"),
        (f"{head.bare}.{'A' * 86}", "was not signed by the key"),
    ):
        said = boxd("audit", "verify", "--against", wrong)
        assert (said.code, why in said.err) == (1, True), said.err
    assert json.loads(boxd("audit", "verify", "--against", another, "--json").out)["fault"]
    assert "is no head" in boxd("audit", "verify", "--against", "4711").err


def test_verifying_changes_nothing(boxd: Boxd, ledger_file: Path) -> None:
    before = ledger_file.read_bytes()
    boxd("audit", "verify")
    assert ledger_file.read_bytes() == before


def test_a_file_that_is_no_ledger_is_damaged(boxd: Boxd, state_dir: Path) -> None:
    (state_dir / "ledger.db").write_bytes(b"not a database, not at all" * 100)
    said = boxd("audit", "verify")
    assert said.code == 1
    assert "damaged" in said.err


def test_a_ledger_without_its_tables_is_told(boxd: Boxd, state_dir: Path) -> None:
    with closing(sqlite3.connect(state_dir / "ledger.db")) as connection:
        connection.execute("CREATE TABLE other (x)")
    said = boxd("audit", "verify")
    assert said.code == 1
    assert "no such table: audit" in said.err


def test_a_box_that_never_ran_has_no_trail(boxd: Boxd, state_dir: Path) -> None:
    said = boxd("audit", "verify")
    assert said.code == 1
    assert f"there is no ledger at {state_dir}/ledger.db: has this box run yet?" in said.err


def test_opening_directly_is_refused_while_a_boxd_holds_the_box(
    boxd: Boxd, state_dir: Path
) -> None:
    with (state_dir / "boxd.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = boxd("lockers", "open", "1", "--reason", "x", "--direct", "--yes")
    assert said.code == 1
    assert "leave out --direct" in said.err


def test_opening_directly_knows_the_lockers_of_the_box(boxd: Boxd) -> None:
    said = boxd("lockers", "open", "9", "--reason", "x", "--direct", "--yes")
    assert said.code == 1
    assert said.err == "boxd: there is no locker 9 in box-1; known: 1\n"


def test_opening_directly_does_nothing_without_a_yes(config_file: Path, state_dir: Path) -> None:
    line = ("lockers", "open", "1", "--reason", "x", "--direct", "--config", str(config_file))
    done = subprocess.run(
        (*BOXD, *line), check=False, input=b"n\n", capture_output=True, timeout=DEADLINE_S
    )
    assert done.returncode == 1
    assert b"Open locker 1 of box-1 now?" in done.stderr
    assert not (state_dir / "ledger.db").exists()


def test_the_exit_code_of_the_process_is_that_of_the_command(config_file: Path) -> None:
    def code(*line: str) -> int:
        done = subprocess.run((*BOXD, *line), check=False, capture_output=True, timeout=DEADLINE_S)
        return done.returncode

    assert code("config", "check", "--config", str(config_file)) == 0
    assert code("status", "--config", str(config_file)) == 1
    assert code("status", "--unknown") == 2


def test_a_reader_that_goes_away_is_no_error(config_file: Path) -> None:
    show = subprocess.Popen(
        (*BOXD, "config", "show", "--config", str(config_file)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert show.stdout is not None
    assert show.stderr is not None
    show.stdout.close()
    with show.stderr as told:
        assert told.read() == b""
    show.wait(DEADLINE_S)


def test_help_loads_no_command(tmp_path: Path) -> None:
    loaded = "import sys; from boxd.cli.program import code_of; code_of(['--help']); "
    told = subprocess.run(
        (sys.executable, "-c", loaded + "print(sorted(sys.modules))"),
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=True,
    ).stdout
    heavy = {"rich", "httpx", "pydantic", "temporalio", "asyncio", "boxd.cli.status"}
    assert not [module for module in heavy if f"'{module}'" in told]


def test_opening_directly_pulses_the_latch_once_and_is_recorded(
    config_file: Path, state_dir: Path
) -> None:
    line = ("lockers", "open", "1", "--reason", "stuck", "--direct", "--yes", "--json")
    done = subprocess.run(
        (*BOXD, *line, "--config", str(config_file)),
        check=False,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        env={**os.environ, "SUDO_USER": "ada"},
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["outcome"] == "done"
    trace = (state_dir / "hardware-trace.jsonl").read_text().splitlines()
    seen = [json.loads(event) for event in trace]
    assert [event["level"] for event in seen if event["what"] == "latch"] == [1, 0]
    with closing(sqlite3.connect(state_dir / "ledger.db")) as connection:
        recorded = connection.execute("SELECT actor, reason, outcome FROM actuations").fetchall()
    assert len(recorded) == 1
    actor, reason, outcome = recorded[0]
    assert (actor, outcome) == ("ada (CLI)", "done")
    assert "stuck" in reason


def test_new_keys_take_the_place_of_all_and_the_old_ones_are_kept(
    boxd: Boxd, state_dir: Path
) -> None:
    keys = state_dir / "keys"
    keys.mkdir(exist_ok=True)
    for name in ("claim", "reading", "links", "event"):
        (keys / f"{name}.key").write_text(f"{'0' * 64}\n")
    made = boxd("codes", "new-keys", "--yes")
    assert made.code == 0, made.err
    (aside,) = keys.glob("old-*")
    assert {each.name for each in aside.iterdir()} == {"claim.key", "reading.key", "links.key"}
    for name in ("claim", "reading"):
        assert (keys / f"{name}.key").read_text() != f"{'0' * 64}\n"
        assert (keys / f"{name}.key").stat().st_mode & 0o777 == 0o600
    assert (keys / "event.key").exists()  # other boxes have it too


def test_a_sealed_backup_is_opened_with_the_key_that_was_made_for_it(
    boxd: Boxd, ledger_file: Path, tmp_path: Path
) -> None:
    key, folder = tmp_path / "backups.key", tmp_path / "sealed"
    made = boxd("backup", "new-key", str(key))
    assert (made.code, made.out.startswith('seal_to = "boxd-backup-')) == (0, True)
    assert key.stat().st_mode & 0o777 == 0o600
    assert boxd("backup", "new-key", str(key)).code == 1  # never over another key
    public = made.out.split('"')[1]
    file = backup.make(
        ledger_file, BackupRules(folder, 3, 3, seal_to=public), lambda: datetime.now(UTC)
    ).file

    assert "boxd backup open" in boxd("backup", "restore", str(file), "--yes").err
    opened = boxd("backup", "open", str(file), "--key", str(key))
    assert opened.code == 0, opened.err
    assert examine(file.with_suffix("")).entries == 3
    assert boxd("backup", "open", str(file), "--key", str(key)).code == 1  # not over a file
