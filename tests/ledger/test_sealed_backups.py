"""Backups that are sealed to a public key: made, kept and found unchanged without opening them."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from boxd.errors import BadInput, BoxdError
from boxd.ledger import backup
from boxd.ledger.backup import Backup, BackupRules
from boxd.ledger.backup_seal import BackupKeys, new_keys, open_sealed
from boxd.ledger.soundness import examine
from tests.ledger.conftest import Hands, later
from tests.ledger.test_backup import damage, happen

KEYS = new_keys()


@pytest.fixture
def rules(tmp_path: Path) -> BackupRules:
    return BackupRules(tmp_path / "backups", 20, 30, seal_to=KEYS.public)


def make(hands: Hands, rules: BackupRules) -> Backup:
    later(hands, minutes=1)
    return backup.make(hands.file, rules, lambda: hands.now)


def opened(sealed: Path, folder: Path, keys: BackupKeys = KEYS) -> Path:
    target = folder / "opened.db"
    with target.open("wb") as out:
        open_sealed(sealed, out, f" {keys.secret}\n")
    return target


def test_a_sealed_backup_holds_the_ledger_and_shows_nothing(
    hands: Hands, rules: BackupRules, tmp_path: Path
) -> None:
    hands.issue()
    made = make(hands, rules)
    assert [each.name for each in rules.directory.iterdir()] == [made.file.name]
    assert made.file.name.endswith(".db.sealed")
    assert b"SQLite format" not in made.file.read_bytes()
    assert examine(opened(made.file, tmp_path)) == made.contents


def test_no_other_key_opens_it_and_a_change_is_found(
    hands: Hands, rules: BackupRules, tmp_path: Path
) -> None:
    file = make(hands, rules).file
    with pytest.raises(BadInput, match="sealed to another key"):
        opened(file, tmp_path, new_keys())
    with pytest.raises(BadInput, match="no key of backups"):
        opened(file, tmp_path, replace(KEYS, secret=KEYS.public))
    content = file.read_bytes()
    for broken in (content[:-1], content[:100], content[:20], content[:-1] + b"x", b""):
        file.write_bytes(broken)
        with pytest.raises(BadInput, match=r"damaged|cut short|no sealed backup"):
            opened(file, tmp_path)


def test_no_two_are_sealed_alike(hands: Hands, rules: BackupRules) -> None:
    first = make(hands, rules).file.read_bytes()
    hands.issue()
    second = make(hands, rules).file.read_bytes()
    assert first[:100] != second[:100]


def test_one_that_is_unchanged_is_not_made_again(hands: Hands, rules: BackupRules) -> None:
    hands.issue()
    first, again = make(hands, rules), make(hands, rules)
    assert (first.is_new, again.is_new, again.file) == (True, False, first.file)
    hands.issue()
    assert make(hands, rules).is_new


def test_a_box_that_seals_from_now_on_makes_a_sealed_one(hands: Hands, rules: BackupRules) -> None:
    hands.issue()
    assert make(hands, replace(rules, seal_to=None)).file.suffix == ".db"
    assert make(hands, rules).file.suffix == ".sealed"


def test_sealed_ones_are_listed_as_such_counted_and_never_offered(
    hands: Hands, rules: BackupRules
) -> None:
    rules = replace(rules, keep=3)
    for _ in range(5):
        happen(hands)
        make(hands, rules)
    listed = backup.listing(rules.directory, whole=True)
    assert [each.as_json()["state"] for each in listed] == ["sealed"] * 3
    assert "boxd backup open" in listed[0].why
    assert backup.newest_good(rules.directory) is None


def test_a_ledger_that_is_damaged_is_not_sealed_over(hands: Hands, rules: BackupRules) -> None:
    hands.issue()
    with closing(hands.ledger):
        pass
    damage(hands.file)
    with pytest.raises(BoxdError):
        make(hands, rules)
    assert list(rules.directory.iterdir()) == []
