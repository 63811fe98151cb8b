"""A ledger is migrated on a copy first, and comes back from its backup when it has to."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from boxd.config import Config, load
from boxd.ledger import audit, backup, database
from boxd.ledger.backup import BackupRules
from boxd.ledger.ledger import Ledger
from boxd.upgrade.journal import Step, Upgrade
from boxd.upgrade.ledger_backup import put_back, written_since
from boxd.upgrade.trial_migration import schema_of, try_migration

NOW = datetime(2026, 5, 2, 12, tzinfo=UTC)
NEXT = (900, "CREATE TABLE next_release (id INTEGER PRIMARY KEY) STRICT")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    file = tmp_path / "boxd.toml"
    text = Path("config/sim.toml").read_text(encoding="utf-8")
    file.write_text(text.replace("../var/sim", str(tmp_path)), encoding="utf-8")
    config = load(file)
    write(config.ledger_file, "operator", "before")
    return config


def write(ledger: Path, actor: str, what: str) -> None:
    with closing(Ledger(ledger, now=lambda: NOW)) as opened:
        opened.write_now(lambda tx: audit.append(tx, audit.Entry(actor, "noted", what)))


def backed_up(config: Config) -> Upgrade:
    rules = BackupRules(config.backup_dir, 5, 30)
    made = backup.make(config.ledger_file, rules, lambda: NOW)
    return Upgrade(
        step=Step.GOING_BACK,
        old="1.0.0",
        new="2.0.0",
        patience_s=120.0,
        schema=made.contents.schema,
        backup=str(made.file),
    )


def with_migration(monkeypatch: pytest.MonkeyPatch, number: int, sql: str) -> None:
    steps = [*database.migrations(), (number, sql)]
    monkeypatch.setattr(database, "migrations", lambda: steps)


def test_a_rehearsal_migrates_a_copy_and_leaves_the_ledger(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = schema_of(config.ledger_file)
    with_migration(monkeypatch, *NEXT)
    assert try_migration(config.ledger_file) == (before, 900)
    assert schema_of(config.ledger_file) == before
    assert not config.ledger_file.with_name("upgrade-rehearsal").exists()


def test_a_rehearsal_finds_what_can_not_be_migrated(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_migration(monkeypatch, 900, "INSERT INTO no_such_table VALUES (1)")
    with pytest.raises(Exception, match="no_such_table"):
        try_migration(config.ledger_file)
    assert not config.ledger_file.with_name("upgrade-rehearsal").exists()


def test_there_is_no_schema_where_there_is_no_ledger(tmp_path: Path) -> None:
    assert schema_of(tmp_path / "ledger.db") == 0


def test_only_what_people_write_counts_as_forgotten(config: Config) -> None:
    upgrade = backed_up(config)
    write(config.ledger_file, "boxd", "by itself")
    assert written_since(config, upgrade) == 0
    write(config.ledger_file, "operator", "after")
    assert written_since(config, upgrade) == 1


def test_the_backup_takes_the_place_of_a_migrated_ledger_which_is_kept(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade = backed_up(config)
    with monkeypatch.context() as newer:
        with_migration(newer, *NEXT)
        write(config.ledger_file, "boxd", "migrated")
        kept = Path(put_back(config, upgrade))
    assert schema_of(config.ledger_file) == upgrade.schema
    with closing(sqlite3.connect(kept / "ledger.db")) as set_aside:
        assert set_aside.execute("PRAGMA user_version").fetchone() == (900,)
