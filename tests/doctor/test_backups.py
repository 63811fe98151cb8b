"""Backups: none, damaged, old, away, and on the ledger's own disk."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from boxd.doctor.finding import Grade
from boxd.ledger import audit, backup
from boxd.ledger.ledger import Ledger
from tests.doctor.conftest import RestingBox
from tests.doctor.mounting import quoted, with_mounts
from tests.doctor.seeing import by_command, context, expect, findings, lines_of


def newest(resting: RestingBox) -> Path:
    return max((resting.state / "backups").glob("*.db"))


def back_up(resting: RestingBox, days_ago: float) -> None:
    """Make a backup as of so many days ago, and no other."""
    shutil.rmtree(resting.state / "backups")
    rules = backup.BackupRules(resting.state / "backups", keep=20, keep_days=3650)
    backup.make(resting.ledger, rules, lambda: datetime.now(UTC) - timedelta(days=days_ago))


def let_something_happen(resting: RestingBox) -> None:
    ledger = Ledger(resting.ledger)
    ledger.write_now(lambda tx: audit.append(tx, audit.Entry("boxd", "alarm.cleared")))
    ledger.close()


def test_a_whole_backup_after_which_nothing_happened(resting: RestingBox) -> None:
    back_up(resting, days_ago=90)
    box = context(resting.config)
    expect(box, "Backups", "newest", Grade.PASSED, "is whole")
    expect(box, "Backups", "age", Grade.PASSED, "90 d", "nothing has happened since")


def test_an_old_backup(resting: RestingBox) -> None:
    back_up(resting, days_ago=0.2)
    let_something_happen(resting)
    expect(context(resting.config), "Backups", "age", Grade.PASSED, "4 h")
    back_up(resting, days_ago=3)
    let_something_happen(resting)
    expect(context(resting.config), "Backups", "age", Grade.FAILED, "3 d 0 h", "backup create")


def test_a_backup_that_is_damaged(resting: RestingBox) -> None:
    with newest(resting).open("r+b") as file:
        file.seek(20 * 512)
        file.write(b"\xff" * 5000)
    expect(context(resting.config), "Backups", "newest", Grade.FAILED, "of no use", "a new one")


def test_a_damaged_backup_after_a_whole_one(resting: RestingBox) -> None:
    later = resting.state / "backups" / "ledger-2099-01-01T00-00-00.000Z.db"
    later.write_bytes(newest(resting).read_bytes()[:4096])
    found = findings(context(resting.config), "Backups", "newest")
    assert [each.grade for each in found] == [Grade.FAILED, Grade.PASSED]
    assert later.name in found[0].seen


def test_no_backup_at_all(resting: RestingBox) -> None:
    shutil.rmtree(resting.state / "backups")
    box = context(resting.config)
    expect(box, "Backups", "newest", Grade.WARNED, "there is no backup", "boxd backup create")
    expect(box, "Backups", "age", Grade.SKIPPED)


def test_a_stick_that_is_not_plugged_in(resting: RestingBox) -> None:
    resting.change("[backups]", '[backups]\ndirectory = "/media/nowhere/backups"')
    box = context(resting.config)
    expect(box, "Backups", "newest", Grade.FAILED, "/media/nowhere/backups", "lsblk")


def test_a_disk_of_their_own(resting: RestingBox) -> None:
    expect(context(resting.config), "Backups", "place", Grade.WARNED, "[backups] directory")
    backups, aside = quoted(resting.state / "backups"), quoted(resting.state.parent / "aside")
    stick = f"mv {backups} {aside}; mkdir {backups}; mount -t tmpfs t {backups}; "
    _, found = by_command(resting.config, *with_mounts(f"{stick} cp {aside}/* {backups}"))
    (line,) = lines_of(found, "Backups", "place")
    assert line["grade"] == "passed"
