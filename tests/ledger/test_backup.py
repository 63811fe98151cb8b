"""Backups of the ledger: made while it is in use, verified, kept by number and by age."""

from __future__ import annotations

import resource
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from boxd.errors import BackupFailed, LedgerTooNew, NotFound
from boxd.ledger import audit, audit_heads, backup
from boxd.ledger.backup import BackupRules
from boxd.ledger.backup_maker import BackupMaker
from boxd.ledger.replacing import flush
from boxd.ledger.soundness import examine
from tests.ledger.conftest import Hands


@pytest.fixture
def rules(tmp_path: Path) -> BackupRules:
    return BackupRules(tmp_path / "backups", keep=5, keep_days=30)


def make(hands: Hands, rules: BackupRules) -> backup.Backup:
    """A backup, a minute after whatever was before."""
    hands.now += timedelta(minutes=1)
    return backup.make(hands.file, rules, lambda: hands.now)


def happen(hands: Hands, what: str = "something") -> None:
    entry = audit.Entry("tester", "stock.received", what)
    hands.ledger.write_now(lambda tx: audit.append(tx, entry))


def names(rules: BackupRules) -> list[str]:
    return sorted(path.name for path in rules.directory.iterdir())


def damage(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[2048:] = b"\xff" * (len(content) - 2048)
    file.write_bytes(content)


def test_a_backup_holds_all_that_was_committed_and_is_one_file(
    hands: Hands, rules: BackupRules
) -> None:
    code = hands.issue()
    made = make(hands, rules)
    head = hands.ledger.write_now(lambda tx: audit_heads.newest(tx.connection))
    assert names(rules) == [f"ledger-2030-05-01T09-01-00.000Z.{head.short}.db"]
    with closing(sqlite3.connect(made.file)) as connection:
        assert connection.execute("SELECT id, state FROM codes").fetchall() == [
            (code["id"], "ready")
        ]
    assert made.contents.entries > 0
    assert (made.file.stat().st_mode & 0o777) == 0o640


def test_the_writer_goes_on_while_a_backup_is_made(
    hands: Hands, rules: BackupRules, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3000):
        happen(hands, f"carton {number}")
    stopped, written = threading.Event(), threading.Event()

    def write() -> None:
        happen(hands, "meanwhile")
        written.set()

    def flush_and_write(path: Path) -> None:
        """What another thread commits between two steps of the copy."""
        flush(path)
        if not stopped.is_set():
            writer = threading.Thread(target=write)
            writer.start()
            writer.join(10)

    monkeypatch.setattr(backup, "flush", flush_and_write)
    made = make(hands, rules)
    stopped.set()
    assert written.is_set()
    assert backup.newest_good(rules.directory) is not None
    before_the_backup = 3000
    assert made.contents.entries >= before_the_backup


def test_what_has_not_changed_is_not_written_again(hands: Hands, rules: BackupRules) -> None:
    first = make(hands, rules)
    again = make(hands, rules)
    assert (again.is_new, again.file) == (False, first.file)
    happen(hands)
    assert make(hands, rules).is_new
    assert len(names(rules)) == 2


def test_a_damaged_newest_backup_is_replaced_though_nothing_changed(
    hands: Hands, rules: BackupRules
) -> None:
    damage(make(hands, rules).file)
    assert make(hands, rules).is_new


def test_a_damaged_backup_is_recognised_and_the_next_good_one_is_taken(
    hands: Hands, rules: BackupRules
) -> None:
    good = make(hands, rules)
    happen(hands)
    bad = make(hands, rules)
    damage(bad.file)
    found = backup.newest_good(rules.directory)
    assert found is not None
    assert found.file == good.file
    listed = backup.listing(rules.directory, whole=True)
    assert [each.contents is None for each in listed] == [True, False]
    assert "is damaged" in listed[0].why


def test_a_backup_whose_audit_trail_was_changed_is_recognised(
    hands: Hands, rules: BackupRules
) -> None:
    made = make(hands, rules)
    with closing(sqlite3.connect(made.file)) as connection:
        connection.execute("DROP TRIGGER audit_stays")
        connection.execute("UPDATE audit SET actor = 'somebody else' WHERE seq = 2")
        connection.commit()
    assert backup.newest_good(rules.directory) is None
    (listed,) = backup.listing(rules.directory, whole=True)
    assert "row 2 was changed" in listed.why


def test_a_backup_of_a_newer_boxd_is_not_offered(hands: Hands, rules: BackupRules) -> None:
    made = make(hands, rules)
    with closing(sqlite3.connect(made.file)) as connection:
        connection.execute("PRAGMA user_version = 999")
    assert backup.newest_good(rules.directory) is None
    with pytest.raises(LedgerTooNew, match="takes a newer boxd"):
        examine(made.file)


def test_the_newest_are_kept_by_number(hands: Hands, rules: BackupRules) -> None:
    made = []
    for _ in range(7):
        happen(hands)
        made.append(make(hands, rules).file.name)
    assert names(rules) == made[2:]


def test_what_is_too_old_goes_but_never_the_newest_three(hands: Hands, rules: BackupRules) -> None:
    made = []
    for _ in range(5):
        happen(hands)
        made.append(make(hands, rules).file.name)
    hands.now += timedelta(days=400)
    backup.prune(rules, hands.now)
    assert names(rules) == made[2:]


def test_a_strange_file_among_the_backups_is_left_alone(hands: Hands, rules: BackupRules) -> None:
    rules.directory.mkdir()
    (rules.directory / "notes.txt").write_text("mine")
    for _ in range(7):
        happen(hands)
        make(hands, rules)
    assert "notes.txt" in names(rules)


def test_what_a_power_cut_left_half_made_is_removed_by_the_next(
    hands: Hands, rules: BackupRules
) -> None:
    rules.directory.mkdir()
    half = rules.directory / ".ledger-2030-05-01T08-00-00.000Z.db.being-made"
    half.write_bytes(b"half")
    half.with_name(f"{half.name}-wal").write_bytes(b"half")
    assert backup.listing(rules.directory) == []
    made = make(hands, rules)
    assert names(rules) == [made.file.name]


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [0, 20_000])
def test_a_full_disk_is_told_with_a_remedy_and_leaves_no_half_file(
    hands: Hands, rules: BackupRules, size: int
) -> None:
    for _ in range(50):
        happen(hands)
    with (
        no_file_larger_than(size),
        pytest.raises(BackupFailed, match=r"full \(df -h\), read-only \(mount\)"),
    ):
        make(hands, rules)
    assert names(rules) == []
    happen(hands)
    assert make(hands, rules).is_new


def test_the_last_room_on_the_disk_is_left_to_the_ledger(
    hands: Hands, rules: BackupRules, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = type("Usage", (), {"free": 60 << 20})()
    monkeypatch.setattr("shutil.disk_usage", lambda _: free)
    with pytest.raises(BackupFailed, match=r"has 60 MiB left, .*: make room"):
        make(hands, rules)
    assert names(rules) == []


def test_a_directory_that_can_t_be_made_is_told(hands: Hands, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    rules = BackupRules(tmp_path / "file" / "backups", 5, 5)
    with pytest.raises(BackupFailed, match=r"name another: \[backups\] directory"):
        make(hands, rules)


def test_a_box_that_has_never_run_has_nothing_to_back_up(
    tmp_path: Path, rules: BackupRules
) -> None:
    with pytest.raises(NotFound, match="has this box run yet"):
        backup.make(tmp_path / "nothing.db", rules, lambda: Hands.now)


async def test_asked_for_after_one_that_nobody_waited_for_it_is_a_new_one(
    hands: Hands, rules: BackupRules
) -> None:
    maker = BackupMaker(hands.file, rules, lambda: hands.now)
    assert await maker.make_within(0) is None
    first = await maker.make()  # its turn comes when the other is made
    hands.now += timedelta(minutes=1)
    happen(hands)
    made = await maker.make_within(60)
    assert made is not None
    assert made.contents.entries > first.contents.entries
