"""Several ledgers at once: a code that two boxes can spend, or none, is found."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from boxd.ledger import codes, rights, stock, visits
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger
from boxd.spending_right import Given, RightWanted, VisitOutcome
from checker.fleet import findings, main

KEYS = CodeKeys(b"c" * 32, b"r" * 32)


@dataclass
class TwoBoxes:
    """Box 1, the home of one code, and box 2, to which it was moved."""

    files: dict[int, Path]
    ledgers: dict[int, Ledger]
    given: Given

    def sql(self, box: int, text: str) -> None:
        """Do to a ledger what boxd never would."""
        with closing(sqlite3.connect(self.files[box], isolation_level=None)) as connection:
            for name, kind in connection.execute(
                "SELECT name, type FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall():
                connection.execute(f"DROP {kind} {name}")
            connection.execute(text)


@pytest.fixture
def boxes(tmp_path: Path) -> Iterator[TwoBoxes]:
    files = {number: tmp_path / f"{number}.db" for number in (1, 2)}
    ledgers = {number: Ledger(file) for number, file in files.items()}
    for ledger in ledgers.values():
        mugs = [stock.StockedPrize("mug", "Mug", 2)]
        ledger.write_now(lambda tx, mugs=mugs: stock.import_prizes(tx, mugs, "organiser"))
    order = codes.CodeOrder("ada", "box-1", 8, 7, "organiser", "mug", home=1)
    digits = str(ledgers[1].write_now(lambda tx: codes.issue(tx, order, KEYS))["code"])
    wanted = RightWanted("move-1", digits, 2)
    given = ledgers[1].write_now(
        lambda tx: rights.give(tx, wanted, KEYS.digest(digits), "box-1", 1)
    )
    assert not given.why_not
    taken = ledgers[2].write_now(lambda tx: visits.take_in(tx, given, digits, "box-2", KEYS))
    assert taken.is_taken
    yield TwoBoxes(files, ledgers, given)
    for ledger in ledgers.values():
        ledger.close()


def test_a_code_that_moved_is_at_one_box(boxes: TwoBoxes) -> None:
    assert findings(boxes.files, at_rest=True) == []


def test_a_right_under_way_is_no_finding_until_nothing_moves(boxes: TwoBoxes) -> None:
    back = boxes.ledgers[2].write_now(
        lambda tx: visits.outcome(tx, boxes.given, timedelta(seconds=0))
    )
    assert back is VisitOutcome.BACK
    assert findings(boxes.files) == []
    assert "its right is nowhere" in findings(boxes.files, at_rest=True)[0]
    boxes.ledgers[1].write_now(lambda tx: rights.settle(tx, "move-1", VisitOutcome.BACK, 2))
    assert findings(boxes.files, at_rest=True) == []


def test_a_right_at_two_boxes_is_found(boxes: TwoBoxes) -> None:
    boxes.sql(1, "UPDATE rights SET is_here = 1")
    assert "2 boxes can spend it" in findings(boxes.files)[0]
    assert main([f"{number}={file}" for number, file in boxes.files.items()]) == 1


def test_a_code_that_was_given_out_at_two_boxes_is_found(boxes: TwoBoxes) -> None:
    for box in boxes.files:
        boxes.sql(box, "INSERT INTO lockers (id) VALUES (1)")
        boxes.sql(
            box,
            "INSERT INTO redemptions (id, bay, stage, locker, code, sku, begun_at, since, ended_at)"
            " SELECT 'r', 'bay-1', 'dispensed', 1, id, sku, 'then', 'then', 'then' FROM codes",
        )
    assert "its prize was given out 2 times" in findings(boxes.files)[0]


def test_a_home_that_forgot_what_it_gave_away_is_found(boxes: TwoBoxes) -> None:
    boxes.sql(1, "DELETE FROM rights")
    boxes.sql(1, "UPDATE codes SET state = 'ready'")
    assert any("2 boxes can spend it" in found for found in findings(boxes.files))
