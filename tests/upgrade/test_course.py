"""However an upgrade fails, one release runs at the end, and nobody is forgotten."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from threading import Thread

import pytest

from boxd.config import Config, load
from boxd.errors import BoxdError
from boxd.ledger import audit, backup, database
from boxd.ledger.backup import BackupRules
from boxd.ledger.database import open_ledger
from boxd.ledger.ledger import Transaction
from boxd.upgrade import journal
from boxd.upgrade.install_paths import InstallPaths
from boxd.upgrade.journal import Step, Upgrade
from boxd.upgrade.release import current_release, prune
from boxd.upgrade.runner import carry_on
from boxd.upgrade.trial_migration import schema_of

NOW = datetime(2026, 5, 2, 12, tzinfo=UTC)
OLD, NEW = "1.0.0", "2.0.0"
MIGRATION = (900, "CREATE TABLE next_release (id INTEGER PRIMARY KEY) STRICT")


@pytest.fixture
def places(tmp_path: Path) -> InstallPaths:
    """A box with two releases, of which the new one is in use."""
    places = InstallPaths(tmp_path)
    for name in (OLD, NEW):
        (places.releases / name).mkdir(parents=True)
        for file in ("VERSION", "DIGEST"):
            (places.releases / name / file).write_text(f"{name}\n", encoding="utf-8")
    places.current.symlink_to(f"releases/{NEW}")
    return places


@pytest.fixture
def config(tmp_path: Path) -> Config:
    file = tmp_path / "boxd.toml"
    text = Path("config/sim.toml").read_text(encoding="utf-8")
    file.write_text(text.replace("../var/sim", str(tmp_path / "state")), encoding="utf-8")
    return load(file)


@pytest.fixture
def tried(config: Config, monkeypatch: pytest.MonkeyPatch) -> Upgrade:
    """The new release was tried: the ledger is migrated, and an operator has written into it."""
    open_ledger(config.ledger_file).close()
    made = backup.make(config.ledger_file, BackupRules(config.backup_dir, 5, 30), lambda: NOW)
    steps = [*database.migrations(), MIGRATION]
    with monkeypatch.context() as newer:
        newer.setattr(database, "migrations", lambda: steps)
        with closing(open_ledger(config.ledger_file)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            transaction = Transaction(connection, NOW.isoformat())
            audit.append(transaction, audit.Entry("operator", "noted", "since"))
            connection.execute("COMMIT")
    return Upgrade(
        step=Step.TRYING,
        old=OLD,
        new=NEW,
        patience_s=1.0,
        schema=made.contents.schema,
        backup=str(made.file),
    )


@pytest.fixture
def systemctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What answers to systemd's command; a test writes what else it does."""
    file = tmp_path / "programs/systemctl"
    file.parent.mkdir()
    answer(file)
    monkeypatch.setenv("PATH", f"{file.parent}:{os.environ['PATH']}")
    return file


def answer(systemctl: Path, otherwise: str = "") -> None:
    known = '[ "$1" != is-system-running ] || echo running'
    systemctl.write_text(f"#!/bin/sh\n{otherwise}\n{known}\n", encoding="utf-8")
    systemctl.chmod(0o755)


def test_a_step_that_can_not_be_done_is_tried_again_rather_than_people_forgotten(
    config: Config, places: InstallPaths, tried: Upgrade, systemctl: Path
) -> None:
    answer(systemctl, '[ "$1" != daemon-reload ] || { echo "timed out" >&2; exit 1; }')
    journal.write(places, tried)
    with pytest.raises(BoxdError, match="timed out"):
        carry_on(config, places)
    assert journal.read(places) == tried
    assert schema_of(config.ledger_file) == 900


def test_whatever_goes_wrong_in_a_trial_forgets_nobody(
    config: Config, places: InstallPaths, tried: Upgrade, systemctl: Path
) -> None:
    answer(systemctl, '[ "$1" != show ] || echo "no number"')
    journal.write(places, tried)
    ended = carry_on(config, places)
    assert ended.step is Step.KEPT
    assert "no number" in ended.why
    assert "1 entries" in ended.why
    assert schema_of(config.ledger_file) == 900


@pytest.mark.usefixtures("systemctl")
def test_a_damaged_ledger_does_not_keep_the_old_release_from_running(
    config: Config, places: InstallPaths, tried: Upgrade
) -> None:
    config.ledger_file.write_bytes(b"no ledger" * 1000)
    journal.write(places, replace(tried, step=Step.GOING_BACK))
    ended = carry_on(config, places)
    assert ended.step is Step.GONE_BACK
    assert "damaged" in ended.why
    in_use = current_release(places)
    assert in_use is not None
    assert in_use.version == OLD
    assert config.ledger_file.read_bytes() == b"no ledger" * 1000


class _Daemon(BaseHTTPRequestHandler):
    """A box of the new release that answers and is not ready."""

    def do_GET(self) -> None:
        health = {"state": "out_of_service", "why": "no device"}
        told = json.dumps({"box": {"boxd": NEW}, "health": health, "prompts": []}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *args: object) -> None:
        """Nobody wants to know."""


@pytest.fixture
def daemon(config: Config) -> Iterator[None]:
    config.socket_file.parent.mkdir(parents=True, exist_ok=True)
    with ThreadingUnixStreamServer(str(config.socket_file), _Daemon) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


@pytest.mark.usefixtures("systemctl", "daemon")
def test_an_older_release_that_can_not_be_removed_is_no_failure(
    config: Config, places: InstallPaths, tried: Upgrade, monkeypatch: pytest.MonkeyPatch
) -> None:
    (places.releases / "0.9.0").mkdir()
    journal.write(places, tried)

    def fail(folder: Path) -> None:
        raise OSError(f"the disk fails at {folder}")

    with monkeypatch.context() as failing:
        failing.setattr(shutil, "rmtree", fail)
        ended = carry_on(config, places)

    assert (ended.step, ended.why) == (Step.KEPT, "")
    assert not (places.releases / "0.9.0").exists(), "what is half removed is no release"
    prune(places, {OLD, NEW})
    assert sorted(path.name for path in places.releases.iterdir()) == [OLD, NEW]
