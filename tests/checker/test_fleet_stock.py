"""Units over several ledgers: what is there twice, or nowhere, is found."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from boxd.ledger import stock, stock_arrivals, stock_sent
from boxd.ledger.ledger import Ledger
from boxd.stock_move import MissingUnits
from checker.audit import hold as audited
from checker.evidence import Evidence
from checker.fleet import findings
from checker.ledger import read_ledger
from checker.stock import hold as conserved
from checker.trace import Trace


@dataclass
class Sent:
    """Five mugs that left box 1 for box 2, where three were signed for and one was lost."""

    files: dict[int, Path]
    ledgers: dict[int, Ledger]
    move: str

    def sql(self, box: int, *texts: str) -> None:
        """Do to a ledger what boxd never would."""
        with closing(sqlite3.connect(self.files[box], isolation_level=None)) as connection:
            triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name <> ?"
            for (name,) in connection.execute(triggers, ("movements_move_stock",)).fetchall():
                connection.execute(f"DROP TRIGGER {name}")
            for text in texts:
                connection.execute(text)


@pytest.fixture
def sent(tmp_path: Path) -> Iterator[Sent]:
    files = {number: tmp_path / f"{number}.db" for number in (1, 2)}
    ledgers = {number: Ledger(file) for number, file in files.items()}
    mugs = [stock.StockedPrize("mug", "Mug", 8)]
    ledgers[1].write_now(lambda tx: stock.import_prizes(tx, mugs, "anna"))
    move = ledgers[1].write_now(lambda tx: stock_sent.send(tx, "mug", 5, 1, 2, "anna"))
    name = move.order.move
    ledgers[2].write_now(lambda tx: stock_arrivals.expect(tx, move.order, move.report))
    ledgers[2].write_now(lambda tx: stock_arrivals.arrive(tx, name, 3, "ben"))
    lost = MissingUnits.LOST
    ledgers[2].write_now(lambda tx: stock_arrivals.settle(tx, name, 1, lost, "fell", "ben"))
    yield Sent(files, ledgers, name)
    for ledger in ledgers.values():
        ledger.close()


def test_units_that_are_missing_are_under_way_until_somebody_decides(sent: Sent) -> None:
    assert findings(sent.files, at_rest=True) == []
    for file in sent.files.values():
        evidence = Evidence(read_ledger(file), Trace(()))
        assert conserved(evidence).findings == ()
        assert audited(evidence).findings == ()


def test_a_sender_that_still_has_what_it_sent_is_found(sent: Sent) -> None:
    sent.sql(1, "DELETE FROM movements WHERE target = 'outside'")
    sent.sql(1, "UPDATE stock SET on_hand = 8, received = 8")
    found = findings(sent.files)
    assert any("0 left and 0 came back by the sender's movements" in each for each in found)
    assert any("8 were brought to the boxes, 12 are accounted for" in each for each in found)


def test_units_that_arrive_twice_are_found(sent: Sent) -> None:
    sent.sql(
        2,
        "INSERT INTO movements (at, sku, quantity, source, target, actor, reason, stock_move)"
        " SELECT at, sku, quantity, source, target, actor, reason, stock_move FROM movements"
        " WHERE source = 'outside' LIMIT 1",
    )
    found = findings(sent.files)
    assert any("7 came and 1 were given up by the receiver's movements" in each for each in found)
    assert any("8 were brought to the boxes, 10 are accounted for" in each for each in found)


def test_a_sender_that_has_back_what_nobody_decided_is_found(sent: Sent) -> None:
    sent.sql(1, "UPDATE stock_moves SET returned = 1")
    found = findings(sent.files)
    assert any("the sender has more back than its receiver decided" in each for each in found)


def test_units_from_a_box_that_does_not_know_them_are_found(sent: Sent) -> None:
    assert any("its sender does not know it" in each for each in findings({2: sent.files[2]}))
