"""Restoring a backup: whole or not at all, with the present ledger kept."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from boxd.errors import BackupFailed, LedgerDamaged, NotFound
from boxd.ledger import alarms, audit, backup, codes, replacing, restore
from boxd.ledger.backup import BackupRules
from tests.ledger.conftest import ACTOR, Hands
from tests.ledger.test_backup import damage, no_file_larger_than


class PowerCut(BaseException):
    """Nothing that follows is done."""


@pytest.fixture
def backed_up(hands: Hands, tmp_path: Path) -> Path:
    """A backup of a ledger with one code."""
    hands.issue()
    rules = BackupRules(tmp_path / "backups", 5, 5)
    return backup.make(hands.file, rules, lambda: hands.now).file


def restored(hands: Hands, file: Path) -> restore.Restored:
    hands.ledger.close()
    return restore.restore(file, hands.file, "ada (CLI)", hands.now)


def beside(hands: Hands) -> set[str]:
    return {path.name for path in hands.file.parent.iterdir()}


def test_a_restored_ledger_is_what_it_was_then_and_says_so(
    hands: Hands, open_hands: Callable[[], Hands], backed_up: Path
) -> None:
    hands.issue()
    done = restored(hands, backed_up)
    again = open_hands()
    assert again.stock("mug")["held"] == 1
    rows = again.ledger.write_now(lambda tx: audit.rows_after(tx.connection, 0, 1000))
    assert (rows[-2]["action"], rows[-2]["actor"]) == ("ledger.restored", "ada (CLI)")
    assert audit.verify(again.ledger._writer).holds
    (alarm,) = again.ledger.write_now(lambda tx: alarms.active(tx.connection))
    assert "codes used since then can" in str(alarm["text"])
    assert done.lost == restore.Lost(entries=2, good_again=(), unknown=1)


def test_the_ledger_from_before_is_kept_whole(
    hands: Hands, open_hands: Callable[[], Hands], backed_up: Path
) -> None:
    code = hands.issue()
    done = restored(hands, backed_up)
    shutil.copyfile(done.set_aside / "ledger.db", hands.file)
    assert open_hands().code_state(code["id"]) == "ready"


def test_codes_that_were_used_since_are_named(hands: Hands, backed_up: Path) -> None:
    hands.ledger.write_now(lambda tx: codes.void(tx, 1, "lost", ACTOR))
    assert restored(hands, backed_up).lost == restore.Lost(2, (1,), 0)


def test_a_damaged_ledger_is_replaced_by_a_good_backup(
    hands: Hands, open_hands: Callable[[], Hands], backed_up: Path
) -> None:
    hands.ledger.close()
    damage(hands.file)
    done = restored(hands, backed_up)
    assert done.lost is None
    assert open_hands().stock("mug")["held"] == 1


def test_a_damaged_backup_is_refused_and_nothing_changes(
    hands: Hands, open_hands: Callable[[], Hands], backed_up: Path
) -> None:
    code = hands.issue()
    damage(backed_up)
    before = beside(hands)
    with pytest.raises(LedgerDamaged, match="take another copy"):
        restored(hands, backed_up)
    assert beside(hands) <= before
    assert open_hands().code_state(code["id"]) == "ready"


def test_what_is_no_backup_is_refused(hands: Hands, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="boxd backup list"):
        restored(hands, tmp_path / "nothing.db")
    text = tmp_path / "text.db"
    text.write_text("not a database at all, but long enough to be looked at " * 20)
    with pytest.raises(LedgerDamaged, match="not a database"):
        restored(hands, text)
    empty = tmp_path / "empty.db"
    empty.write_bytes(b"")
    with pytest.raises(LedgerDamaged, match="no ledger of boxd"):
        restored(hands, empty)


def test_a_full_disk_is_told_and_nothing_changes(
    hands: Hands, open_hands: Callable[[], Hands], backed_up: Path
) -> None:
    code = hands.issue()
    hands.ledger.close()
    with no_file_larger_than(5000), pytest.raises(BackupFailed, match="restore it again"):
        restore.restore(backed_up, hands.file, ACTOR, hands.now)
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    assert not [name for name in beside(hands) if "restor" in name]
    assert open_hands().code_state(code["id"]) == "ready"


def test_a_copy_with_its_log_beside_it_is_restored_with_what_is_newest(
    hands: Hands, open_hands: Callable[[], Hands], tmp_path: Path
) -> None:
    code = hands.issue()
    copied = tmp_path / "usb" / "ledger.db"
    copied.parent.mkdir()
    for part in ("", "-wal"):
        shutil.copyfile(f"{hands.file}{part}", f"{copied}{part}")
    hands.issue()
    restored(hands, copied)
    assert open_hands().code_state(code["id"]) == "ready"
    assert hands.file.exists()


@pytest.mark.parametrize("number", range(20))
def test_a_power_cut_at_any_moment_leaves_the_one_ledger_or_the_other(
    hands: Hands,
    open_hands: Callable[[], Hands],
    backed_up: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
) -> None:
    hands.issue("pin")
    left_log = hands.file.with_name("kept-wal")
    shutil.copyfile(f"{hands.file}-wal", left_log)  # as a cut leaves it: a log, not folded in
    file_alone = hands.file.read_bytes()
    hands.ledger.close()
    hands.file.write_bytes(file_alone)
    left_log.rename(f"{hands.file}-wal")
    countdown = [number]

    def cut(call: Callable[..., object]) -> Callable[..., object]:
        def counted(*arguments: object, **more: object) -> object:
            if not countdown[0]:
                raise PowerCut
            countdown[0] -= 1
            return call(*arguments, **more)

        return counted

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", cut(Path.rename))
        patched.setattr(Path, "mkdir", cut(Path.mkdir))
        patched.setattr(replacing, "flush", cut(replacing.flush))
        patched.setattr(shutil, "copyfile", cut(shutil.copyfile))
        patched.setattr(shutil, "rmtree", cut(shutil.rmtree))
        with suppress(PowerCut):
            restore.restore(backed_up, hands.file, ACTOR, hands.now)
    again = open_hands()
    pins, mugs = again.stock("pin")["held"], again.stock("mug")["held"]
    was_restored = bool(
        again.ledger.write_now(
            lambda tx: tx.connection.execute(
                "SELECT count(*) FROM audit WHERE action = 'ledger.restored'"
            ).fetchone()[0]
        )
    )
    assert (pins, mugs) == ((0, 1) if was_restored else (1, 1))
    assert audit.verify(again.ledger._writer).holds
    assert not list(hands.file.parent.glob("restore-*"))


def test_the_pictures_of_prizes_are_beside_the_backups_and_come_back(
    hands: Hands, tmp_path: Path
) -> None:
    name, own = f"{'a' * 64}.jpg", hands.file.with_name("pictures")
    own.mkdir()
    (own / name).write_bytes(b"a mug")
    (own / "notes.txt").write_bytes(b"no picture")
    rules = BackupRules(tmp_path / "backups", 5, 5)
    made = backup.make(hands.file, rules, lambda: hands.now).file
    assert [each.name for each in made.with_name("pictures").iterdir()] == [name]
    assert [each.file for each in backup.listing(rules.directory)] == [made]
    shutil.rmtree(own)
    restored(hands, made)
    assert (own / name).read_bytes() == b"a mug"
