"""Bits that the card turns by itself are found: in the ledger, and in each backup."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from boxd.errors import LedgerDamaged, Refused
from boxd.ledger import backup, row_sums, stock
from boxd.ledger.backup import BackupRules
from boxd.ledger.database import open_ledger
from boxd.ledger.ledger import Transaction
from boxd.redemption import AnswerKind
from tests.ledger.conftest import Hands
from tests.ledger.earning import RULES, Earner
from tests.ledger.flips import Flipping


@pytest.fixture
def flipping(hands: Hands, tmp_path: Path) -> Flipping:
    """A ledger with something in every place that answers come from."""
    earner = Earner(hands)
    for number in range(3):
        task = earner.start("demo", f"attendee {number}")
        earner.approve(task)
    earner.ask("issue", "ada", "mug")
    earner.issue("issue", RULES)
    code = str(hands.issue()["code"])
    standing = hands.claim(code, "redemption")
    hands.answer(standing, AnswerKind.LOADED)
    hands.claim("00000000", "a guess")
    hands.ledger.close()
    return Flipping(hands.file, tmp_path)


def score(flipping: Flipping, seed: int, count: int, is_thorough: bool = False) -> Counter[str]:
    """Turn so many bits; fails with the first ones that nobody noticed, or that broke something."""
    found = [flipping.outcome(each, is_thorough) for each in flipping.flips(seed, count)]
    wrong = [each for each in found if each.is_wrong]
    assert wrong == [], f"{len(wrong)} of {count} flips of seed {seed}, the first: {wrong[:3]}"
    return Counter(
        changed=sum(each.changes_an_answer for each in found),
        refused_at_start=sum(each.is_refused_at_start for each in found),
        refused_as_backup=sum(each.is_refused_as_backup for each in found),
    )


def test_no_turned_bit_changes_an_answer_unnoticed_or_breaks_a_command(flipping: Flipping) -> None:
    assert score(flipping, seed=18, count=100)["changed"] > 20


@pytest.mark.proof
@pytest.mark.long
def test_none_of_ten_thousand_turned_bits_changes_an_answer_unnoticed(
    flipping: Flipping, capsys: pytest.CaptureFixture[str]
) -> None:
    found = score(flipping, seed=10_000, count=10_000, is_thorough=True)
    with capsys.disabled():
        print(f"\n10,000 turned bits, seed 10000: {dict(found)}, 0 unnoticed, 0 crashes")
    assert found["changed"] > 2_000


def test_a_backup_with_text_that_is_no_text_does_not_hide_the_others(
    hands: Hands, tmp_path: Path
) -> None:
    rules = BackupRules(tmp_path / "backups", keep=5, keep_days=30)
    hands.issue()
    whole = backup.make(hands.file, rules, lambda: hands.now).file
    hands.now += timedelta(minutes=1)
    hands.issue()
    damaged = backup.make(hands.file, rules, lambda: hands.now).file
    content = damaged.read_bytes()
    damaged.write_bytes(content.replace(b"attendee 1", b"attendee \xb1"))

    listed = backup.listing(rules.directory, whole=True)
    again = backup.make(hands.file, rules, lambda: hands.now + timedelta(minutes=1))

    assert [(each.file, each.contents is None) for each in listed] == [
        (damaged, True),
        (whole, False),
    ]
    assert again.is_new, "the newest is damaged, so that another is made"


def test_a_row_that_the_card_changed_is_named_with_its_table(hands: Hands) -> None:
    hands.issue()
    hands.ledger.close()
    with closing(sqlite3.connect(hands.file)) as connection:
        connection.execute("UPDATE stock SET on_hand = on_hand + 1, held = held - 1 WHERE held > 0")
        connection.commit()
    with pytest.raises(LedgerDamaged, match=r"a row of stock is not as it was written.*restore"):
        open_ledger(hands.file)


def test_a_ledger_whose_text_is_no_text_is_damaged_and_no_fault_of_the_disk(hands: Hands) -> None:
    hands.issue()
    hands.ledger.close()
    with closing(sqlite3.connect(hands.file)) as connection:
        connection.execute("UPDATE attendees SET reference = CAST(x'b1b2' AS TEXT)")
        connection.commit()
    with pytest.raises(LedgerDamaged, match="not UTF-8"):
        open_ledger(hands.file)


def test_what_a_refused_statement_wrote_is_not_added_up(hands: Hands) -> None:
    def take_too_many(tx: Transaction) -> None:
        with suppress(Refused):  # the movement is written, and its trigger refuses it
            stock.adjust(tx, "mug", -100, "broken", "tester")
        stock.adjust(tx, "mug", -1, "broken", "tester")

    hands.ledger.write_now(take_too_many)
    assert hands.ledger.write_now(lambda tx: row_sums.faults(tx.connection)) == []


def test_a_commit_of_nothing_writes_no_sums(hands: Hands) -> None:
    log = hands.file.with_name("ledger.db-wal")
    before = log.read_bytes()
    hands.ledger.write_now(lambda tx: tx.connection.execute("SELECT 1").fetchone())
    assert log.read_bytes() == before
