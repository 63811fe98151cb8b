"""The ledger: damaged, changed, of a newer boxd, without its keys, and read without a trace."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from boxd.doctor.finding import Grade
from boxd.ledger.database import migrations
from tests.doctor.conftest import RestingBox
from tests.doctor.seeing import by_command, context, expect, findings

NEWEST = migrations()[-1][0]


def changed(resting: RestingBox, *statements: str) -> None:
    """Carry out SQL on the ledger, as boxd never would."""
    with closing(sqlite3.connect(resting.ledger, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def test_a_ledger_that_is_whole(resting: RestingBox) -> None:
    box = context(resting.config)
    expect(box, "Ledger", "schema", Grade.PASSED, f"schema {NEWEST}")
    expect(box, "Ledger", "integrity", Grade.PASSED, "pages, all whole")
    expect(box, "Ledger", "audit trail", Grade.PASSED, "each following")
    expect(box, "Ledger", "keys", Grade.PASSED, "codes")
    expect(box, "Ledger", "redemptions", Grade.PASSED, "none is open")


def test_a_damaged_page(resting: RestingBox) -> None:
    with resting.ledger.open("r+b") as file:
        for page in range(4, 90, 3):
            file.seek(page * 512)
            file.write(b"\xff" * 500)
    box = context(resting.config)
    expect(box, "Ledger", "integrity", Grade.FAILED, "boxd backup restore FILE")
    for name in ("schema", "audit trail", "keys", "redemptions"):
        assert findings(box, "Ledger", name)[0].grade in (Grade.PASSED, Grade.SKIPPED)


def test_a_file_that_is_no_ledger(resting: RestingBox) -> None:
    resting.ledger.write_bytes(b"nothing of SQLite's" * 100)
    expect(context(resting.config), "Ledger", "integrity", Grade.FAILED, "not a database")


def test_a_row_that_refers_to_none(resting: RestingBox) -> None:
    changed(resting, "PRAGMA foreign_keys = OFF", "DELETE FROM attendees")
    expect(context(resting.config), "Ledger", "integrity", Grade.FAILED, "refer to rows")


def test_a_row_that_the_disk_changed(resting: RestingBox) -> None:
    expect(context(resting.config), "Ledger", "rows", Grade.PASSED, "as they were written")
    changed(resting, "UPDATE stock SET received = received + 1, on_hand = on_hand + 1")
    expect(context(resting.config), "Ledger", "rows", Grade.FAILED, "a row of stock", "restore")


def test_an_entry_of_the_audit_trail_that_was_changed(resting: RestingBox) -> None:
    changed(
        resting, "DROP TRIGGER audit_stays", "UPDATE audit SET actor = 'somebody' WHERE seq = 3"
    )
    box = context(resting.config)
    expect(box, "Ledger", "audit trail", Grade.FAILED, "row 3 was changed", "keep it")
    expect(box, "Ledger", "integrity", Grade.PASSED)


def test_an_entry_of_the_audit_trail_that_is_missing(resting: RestingBox) -> None:
    changed(resting, "DROP TRIGGER audit_remains", "DELETE FROM audit WHERE seq = 2")
    expect(context(resting.config), "Ledger", "audit trail", Grade.FAILED, "row 2 is missing")


def test_a_ledger_of_a_newer_boxd(resting: RestingBox) -> None:
    changed(resting, f"PRAGMA user_version = {NEWEST + 1}")
    box = context(resting.config)
    expect(
        box, "Ledger", "schema", Grade.FAILED, f"has schema {NEWEST + 1}", "install the newer boxd"
    )


def test_a_ledger_of_an_older_boxd(resting: RestingBox) -> None:
    changed(resting, f"PRAGMA user_version = {NEWEST - 1}")
    expect(context(resting.config), "Ledger", "schema", Grade.WARNED, "systemctl restart boxd")


def test_a_key_that_is_missing(resting: RestingBox) -> None:
    (resting.state / "keys" / "claim.key").unlink()
    expect(context(resting.config), "Ledger", "keys", Grade.FAILED, "claim.key", "-m 600")


def test_a_redemption_that_waits_for_an_hour(resting: RestingBox) -> None:
    since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    changed(
        resting,
        "INSERT INTO redemptions (id, bay, stage, locker, code, sku, begun_at, since)"
        " VALUES ('r-1', 'bay-1', 'load', 1, 1, 'mug', 'then', 'then')",
        f"UPDATE redemptions SET begun_at = '{since}', since = '{since}'",  # noqa: S608
    )
    box = context(resting.config)
    expect(box, "Ledger", "redemptions", Grade.WARNED, "60 minutes", "redemptions show r-1")


def test_looking_writes_nothing(resting: RestingBox) -> None:
    before = everything_in(resting.state)
    code, _ = by_command(resting.config)
    assert code == 1  # boxd does not run
    assert everything_in(resting.state) == before


def everything_in(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    """Every file with its content, its mode and when it was changed."""
    return {
        str(path): (path.read_bytes(), path.stat().st_mode, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }
