"""Units between two boxes, in the ledger of one: what may be signed, and what is refused."""

from __future__ import annotations

import sqlite3

import pytest

from boxd.errors import NotFound, Refused
from boxd.ledger import stock, stock_arrivals, stock_moves, stock_sent
from boxd.ledger.ledger import Ledger
from boxd.stock_move import MissingUnits, StockOrder, StockReport
from tests.ledger.conftest import Hands

ORDER = StockOrder("1-000042", "cap", "Cap", 5, 1, 2)


@pytest.fixture
def ledger(hands: Hands) -> Ledger:
    return hands.ledger


@pytest.fixture
def receiver(ledger: Ledger) -> Ledger:
    """A box that expects five caps, a prize that it does not have."""
    ledger.write_now(lambda tx: stock_arrivals.expect(tx, ORDER, StockReport()))
    return ledger


def test_a_prize_that_comes_from_another_box_is_added_out_of_the_draw(receiver: Ledger) -> None:
    receiver.write_now(lambda tx: stock_arrivals.arrive(tx, ORDER.move, 5, "ben"))
    cap = receiver.write_now(lambda tx: stock.find(tx.connection, "cap"))
    assert (cap["name"], cap["on_hand"], cap["weight"]) == ("Cap", 5, 0)


def test_more_than_left_the_other_box_never_arrives(receiver: Ledger) -> None:
    with pytest.raises(Refused, match="6 are more than the 5 of '1-000042'"):
        receiver.write_now(lambda tx: stock_arrivals.arrive(tx, ORDER.move, 6, "ben"))


def test_units_are_signed_for_once(receiver: Ledger) -> None:
    receiver.write_now(lambda tx: stock_arrivals.arrive(tx, ORDER.move, 3, "ben"))
    with pytest.raises(Refused, match="was signed for already, and 2 are missing"):
        receiver.write_now(lambda tx: stock_arrivals.arrive(tx, ORDER.move, 2, "ben"))


def test_nobody_decides_about_units_before_they_were_counted(receiver: Ledger) -> None:
    lost = MissingUnits.LOST
    with pytest.raises(Refused, match="nobody has signed for '1-000042' yet"):
        receiver.write_now(lambda tx: stock_arrivals.settle(tx, ORDER.move, 1, lost, "?", "ben"))


def test_the_sender_does_not_sign_for_what_it_sent(ledger: Ledger) -> None:
    caps = [stock.StockedPrize("cap", "Cap", 5)]
    ledger.write_now(lambda tx: stock.import_prizes(tx, caps, "anna"))
    sent = ledger.write_now(lambda tx: stock_sent.send(tx, "cap", 5, 1, 2, "anna"))
    move = sent.order.move
    with pytest.raises(Refused, match="left this box: who is at box 2 signs"):
        ledger.write_now(lambda tx: stock_arrivals.arrive(tx, move, 5, "anna"))
    with pytest.raises(Refused, match="'cap' has no units on hand"):
        ledger.write_now(lambda tx: stock_sent.send(tx, "cap", 1, 1, 2, "anna"))
    with pytest.raises(NotFound, match="no stock move '9-000000' is known here"):
        ledger.write_now(lambda tx: stock_arrivals.arrive(tx, "9-000000", 5, "anna"))


def test_a_report_that_comes_twice_gives_back_once(ledger: Ledger) -> None:
    caps = [stock.StockedPrize("cap", "Cap", 5)]
    ledger.write_now(lambda tx: stock.import_prizes(tx, caps, "anna"))
    sent = ledger.write_now(lambda tx: stock_sent.send(tx, "cap", 5, 1, 2, "anna"))
    report = StockReport(is_signed=True, arrived=3, returned=2)
    for _ in range(2):
        ledger.write_now(lambda tx: stock_sent.hear(tx, sent.order, report))
    assert ledger.write_now(lambda tx: stock.find(tx.connection, "cap"))["on_hand"] == 2
    assert ledger.write_now(lambda tx: stock_moves.open_ones(tx.connection)) == []


def test_what_was_signed_is_never_taken_back(receiver: Ledger) -> None:
    receiver.write_now(lambda tx: stock_arrivals.arrive(tx, ORDER.move, 5, "ben"))
    with pytest.raises(sqlite3.IntegrityError, match="never taken back"):
        receiver.write_now(lambda tx: tx.connection.execute("UPDATE stock_moves SET arrived = 4"))
