"""`boxd recover ledger`: shows what is proven, asks, and puts it in place."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from boxd.config import load
from boxd.daemon.instance_lock import only_one
from boxd.ledger import backup, codes, stock
from boxd.ledger.backup import BackupRules
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger
from tests.cli.cli_line import Boxd

KEYS = CodeKeys(b"c" * 32, b"r" * 32)
TRACE = '{"t": 1.0, "what": "latch", "device": "board-0", "level": 1}\n'


@pytest.fixture
def damaged(config_file: Path, state_dir: Path) -> Path:
    """A ledger with two codes, of which one was voided since the backup; its codes are spoilt."""
    file = state_dir / "ledger.db"
    order = codes.CodeOrder("somebody", "box-1", 8, 7, "ada", "mug")
    with closing(Ledger(file)) as ledger:
        mugs = [stock.StockedPrize("mug", "Mug", 5)]
        ledger.write_now(lambda tx: stock.import_prizes(tx, mugs, "ada"))
        for _ in range(2):
            ledger.write_now(lambda tx: codes.issue(tx, order, KEYS))
        backups = load(config_file).backup_dir
        backup.make(file, BackupRules(backups, 5, 5), lambda: datetime.fromisoformat(_now(ledger)))
        ledger.write_now(lambda tx: codes.void(tx, 1, "lost", "ada"))
        ledger.write_now(lambda tx: codes.issue(tx, order, KEYS))
        ledger.write_now(lambda tx: stock.adjust(tx, "mug", 2, "a box came", "ada"))
    spoilt = file.read_bytes().replace(b"box-1ready", b"box-1raedy")
    file.write_bytes(spoilt.replace(b"box-1", b"box-9"))
    (state_dir / "hardware-trace.jsonl").write_text(TRACE)
    return file


def _now(ledger: Ledger) -> str:
    return ledger.write_now(lambda tx: tx.at)


def test_a_dry_run_shows_the_difference_and_what_is_missing(boxd: Boxd, damaged: Path) -> None:
    before = damaged.read_bytes()
    said = boxd("recover", "ledger", "--dry-run")
    assert said.code == 0, said.err
    for part in (
        "a row of codes is not as it was written",
        "Not proven: codes",
        "code 1",
        "voided",
        "code.voided by ada",
        "+2 mug",
        "codes made since are unknown, issue new ones: 3",
        "latches moved 1 times",
        "Temporal's histories could not be asked",
        "nothing was changed",
    ):
        assert part in said.out, said.out
    assert damaged.read_bytes() == before


def test_after_a_yes_it_is_in_place_and_says_where_the_damaged_one_is(
    boxd: Boxd, damaged: Path
) -> None:
    said = boxd("recover", "ledger", "--yes", "--json")
    told = json.loads(said.out)
    assert (said.code, told["in_place"]) == (0, True)
    assert (Path(told["set_aside"]) / damaged.name).exists()
    with closing(Ledger(damaged)) as ledger:
        found = ledger.write_now(lambda tx: codes.listing(tx.connection, None, 9))
        mugs = ledger.write_now(lambda tx: stock.find(tx.connection, "mug"))
    assert [(each["id"], each["state"]) for each in found] == [(2, "ready"), (1, "voided")]
    assert (mugs["received"], mugs["held"]) == (7, 1)
    assert boxd("recover", "ledger", "--yes").err.count("is whole") == 1


def test_a_running_box_is_left_alone(boxd: Boxd, damaged: Path, config_file: Path) -> None:
    with only_one(load(config_file).lock_file):
        said = boxd("recover", "ledger", "--yes")
    assert (said.code, "systemctl stop boxd" in said.err) == (1, True)
