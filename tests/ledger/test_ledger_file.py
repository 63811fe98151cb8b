"""The ledger's file: migrated, checked, refused when damaged; its history can't be rewritten."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from boxd.errors import LedgerDamaged, LedgerTooNew
from boxd.ledger import audit
from boxd.ledger.database import migrations, open_for_reading, open_ledger
from boxd.ledger.ledger import Ledger, Transaction
from tests.ledger.conftest import Hands


def test_a_new_ledger_is_durable_and_has_the_present_schema(tmp_path: Path) -> None:
    connection = open_ledger(tmp_path / "ledger.db")
    settings = [
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys", "user_version")
    ]
    assert settings == ["wal", 2, 1, migrations()[-1][0]]
    connection.close()


def test_every_step_of_the_schema_has_a_number_of_its_own() -> None:
    """A ledger keeps the number of its last step: of two with one number it might miss one."""
    numbers = [number for number, _ in migrations()]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize(
    "content", [b"not a database at all, but long enough to look at" * 40, b"SQLite format 3\0"]
)
def test_a_file_that_is_no_ledger_is_refused_with_the_remedy(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "ledger.db").write_bytes(content)
    with pytest.raises(LedgerDamaged, match=r"nothing is dispensed.*boxd backup restore FILE"):
        Ledger(tmp_path / "ledger.db")


def test_a_page_overwritten_in_the_middle_is_noticed(hands: Hands) -> None:
    for _ in range(3):
        hands.issue()
    hands.ledger.close()
    content = bytearray(hands.file.read_bytes())
    for page in range(6, 12):
        content[page * 1024 : page * 1024 + 500] = b"\xff" * 500
    hands.file.write_bytes(content)
    with pytest.raises(LedgerDamaged):
        Ledger(hands.file)


def test_a_ledger_of_a_newer_boxd_is_left_alone(hands: Hands) -> None:
    hands.ledger.close()
    connection = sqlite3.connect(hands.file)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(LedgerTooNew, match="schema 99"):
        Ledger(hands.file)


@pytest.mark.parametrize("statement", ["DELETE FROM audit", "UPDATE audit SET actor = 'me'"])
def test_the_audit_trail_can_only_grow(hands: Hands, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        hands.ledger.write_now(lambda tx: tx.connection.execute(statement))


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ("UPDATE audit SET actor = 'somebody else' WHERE seq = 2", "row 2 was changed"),
        ("DELETE FROM audit WHERE seq = 2", "row 2 is missing"),
        ("UPDATE audit SET previous = x'00' WHERE seq = 3", "row 3 does not follow row 2"),
    ],
)
def test_a_trail_that_was_tampered_with_does_not_verify(
    hands: Hands, damage: str, fault: str
) -> None:
    hands.ledger.close()
    connection = sqlite3.connect(hands.file, isolation_level=None)
    connection.execute("DROP TRIGGER audit_stays")
    connection.execute("DROP TRIGGER audit_remains")
    connection.execute(damage)
    connection.close()
    reader = open_for_reading(hands.file)
    assert fault in audit.verify(reader).fault
    reader.close()


async def test_a_failed_change_leaves_no_trace(open_hands: Callable[[], Hands]) -> None:
    hands = open_hands()
    before = await hands.ledger.read(
        lambda c: c.execute("SELECT count(*) FROM audit").fetchone()[0]
    )

    def append_and_fail(tx: Transaction) -> float:
        audit.append(tx, audit.Entry("me", "test.done"))
        return 1 / 0

    with pytest.raises(ZeroDivisionError):
        await hands.ledger.write(append_and_fail)
    after = await hands.ledger.read(lambda c: c.execute("SELECT count(*) FROM audit").fetchone()[0])
    assert before == after


def test_a_commit_does_not_make_the_log_longer_so_that_it_is_one_flush(hands: Hands) -> None:
    log = hands.file.with_name("ledger.db-wal")
    before = log.stat().st_size
    for _ in range(3):
        hands.issue()
    assert log.stat().st_size == before >= 4 * 1024 * 1024


def test_each_migration_has_a_number_of_its_own_and_none_is_left_out() -> None:
    assert [number for number, _ in migrations()] == list(range(1, len(migrations()) + 1))
