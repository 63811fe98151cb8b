"""Root's commands in the service's folder, where links are planted, harm nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from boxd.archive.card_backup import make
from boxd.daemon.instance_lock import is_held, only_one
from boxd.errors import BoxdError, Refused
from boxd.ledger import backup, restore
from boxd.ledger.backup import BackupRules
from boxd.ledger.database import open_ledger
from boxd.service_user import done_as_owner_of
from tests.archive.cards import PASSPHRASE, card_box

SERVICE = 4321
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="is about what root does: takes root")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The service's folder, below one that everybody may enter."""
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o755)
    state = tmp_path / "state"
    state.mkdir()
    os.chown(state, SERVICE, SERVICE)
    return state


@pytest.fixture
def roots_file(tmp_path: Path) -> Path:
    """A file of root's, of which nobody else may do anything."""
    file = tmp_path / "roots"
    file.write_text("root's own\n", encoding="utf-8")
    file.chmod(0o600)
    return file


def is_as_it_was(file: Path) -> bool:
    status = file.stat()
    is_roots = (status.st_uid, status.st_gid, status.st_mode & 0o777) == (0, 0, 0o600)
    return is_roots and file.read_text(encoding="utf-8") == "root's own\n"


def in_a_process(work: Callable[[], object]) -> str:
    """Do it as root in a process of its own, which may become somebody else; what went wrong."""

    def told() -> str:
        try:
            work()
        except BoxdError as error:
            return str(error)
        return ""

    return done_as_owner_of(Path("/"), told)


def lock(file: Path) -> None:
    with only_one(file):
        pass


def test_a_lock_that_root_makes_is_the_services(state: Path) -> None:
    assert in_a_process(lambda: lock(state / "boxd.lock")) == ""
    assert (state / "boxd.lock").stat().st_uid == SERVICE


def test_a_lock_that_is_a_link_is_refused_and_leads_nowhere(state: Path, roots_file: Path) -> None:
    (state / "boxd.lock").symlink_to(roots_file)
    assert "is a link" in in_a_process(lambda: lock(state / "boxd.lock"))
    assert is_as_it_was(roots_file)
    with pytest.raises((OSError, Refused)):
        is_held(state / "boxd.lock")


def test_a_lock_that_is_a_pipe_keeps_nobody_waiting(state: Path) -> None:
    os.mkfifo(state / "boxd.lock")
    assert not is_held(state / "boxd.lock")


@pytest.mark.parametrize("name", ["backups", "ledger.db-wal", "ledger.db-shm"])
def test_a_backup_by_hand_follows_no_link(state: Path, roots_file: Path, name: str) -> None:
    open_ledger(state / "ledger.db").close()
    os.chown(state / "ledger.db", SERVICE, SERVICE)
    leads_to = roots_file.parent / "roots-folder" if name == "backups" else roots_file
    if name == "backups":
        leads_to.mkdir(mode=0o700)
    (state / name).unlink(missing_ok=True)
    (state / name).symlink_to(leads_to)

    def back_up() -> None:
        with only_one(state / "boxd.lock"):
            rules = BackupRules(state / "backups", 3, 30)
            backup.make(state / "ledger.db", rules, lambda: datetime.now(UTC))

    in_a_process(back_up)
    assert is_as_it_was(roots_file)
    assert leads_to == roots_file or not list(leads_to.iterdir())


@pytest.mark.parametrize("name", ["being-restored", "ledger.db"])
def test_a_restore_follows_no_link(state: Path, roots_file: Path, name: str) -> None:
    given = state.parent / "given.db"
    open_ledger(given).close()
    given.chmod(0o644)
    (state / name).symlink_to(roots_file)

    def put_back() -> None:
        with only_one(state / "boxd.lock"):
            restore.restore(given, state / "ledger.db", "ada", datetime.now(UTC))

    in_a_process(put_back)
    assert is_as_it_was(roots_file)


def test_a_card_backup_is_not_written_through_a_link(state: Path, roots_file: Path) -> None:
    config, config_file = card_box(state.parent / "box")
    (state / ".box.card.being-made").symlink_to(roots_file)
    make(config, config_file, config.ledger_file, "2026-05-02", state / "box.card", PASSPHRASE)
    assert is_as_it_was(roots_file)
    assert (state / "box.card").stat().st_size > 0


def test_what_a_process_of_the_owner_says_is_passed_on(state: Path) -> None:
    def who() -> str:
        return f"{os.geteuid()} {os.getegid()} {os.environ['HOME']}"

    def fail() -> str:
        raise BoxdError("the disk is full")

    assert done_as_owner_of(state, who) == f"{SERVICE} {SERVICE} {state}"
    with pytest.raises(BoxdError, match="the disk is full"):
        done_as_owner_of(state, fail)
    assert os.geteuid() == 0


def test_the_doctor_waits_at_no_pipe_and_shows_nothing_of_roots(
    state: Path, roots_file: Path, tmp_path: Path
) -> None:
    for folder in ("keys", "temporal"):
        (state / folder).mkdir()
    for name in ("ledger.db", "temporal/temporal.db", "keys/claim.key"):
        os.mkfifo(state / name)
    (state / "boxd.lock").symlink_to(roots_file)
    config = tmp_path / "box.toml"
    config.write_text(f'[box]\nid = "box-1"\nstate_dir = "{state}"\n', encoding="utf-8")
    asked = [sys.executable, "-m", "boxd", "--config", str(config), "doctor", "--all"]
    ran = subprocess.run(asked, check=False, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 1, ran.stderr
    assert "root's own" not in ran.stdout + ran.stderr
    assert is_as_it_was(roots_file)
