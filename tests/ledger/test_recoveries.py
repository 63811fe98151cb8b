"""Recoveries in the ledger: what an answer books, and how playbooks call each other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from boxd.errors import BadInput, NotFound, Refused
from boxd.ledger import alarms, left_prizes, lockers, recoveries, redemptions, stock
from boxd.ledger.ledger import Ledger
from boxd.ledger.recoveries import RecoveryOrder
from boxd.playbooks import playbooks
from boxd.recovery import GIVE_UP, RecoveryAnswer, RecoveryStanding, RecoveryTaken
from boxd.redemption import AnswerKind, Remedy, Stage
from tests.ledger.conftest import Hands

BOOKS = playbooks()
_ids = count(1)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "ledger.db")
    made.write_now(lambda tx: lockers.declare(tx, [1, 2]))
    prizes = [stock.StockedPrize("mug", "Mug", 5), stock.StockedPrize("pen", "Pen", 9)]
    made.write_now(lambda tx: stock.import_prizes(tx, prizes, "anna"))
    yield made
    made.close()


def start(ledger: Ledger, name: str, locker: int | None = None, sku: str = "") -> str:
    order = RecoveryOrder(f"{name}-{next(_ids)}", BOOKS[name], "anna", locker, sku)
    return ledger.write_now(lambda tx: recoveries.start(tx, order, BOOKS)).recovery


def answer(
    ledger: Ledger, recovery: str, choice: str, units: int | None = None, number: int = 0
) -> RecoveryTaken:
    said = RecoveryAnswer(f"answer-{next(_ids)}", recovery, choice, "anna", number, units)
    return ledger.write_now(lambda tx: recoveries.record(tx, said, BOOKS))


def standing(ledger: Ledger, recovery: str) -> RecoveryStanding:
    return ledger.write_now(lambda tx: recoveries.require(tx.connection, recovery))


def on_hand(ledger: Ledger, sku: str) -> object:
    return ledger.write_now(lambda tx: stock.find(tx.connection, sku))["on_hand"]


def test_a_jammed_locker_books_the_prize_and_the_locker(ledger: Ledger) -> None:
    ledger.write_now(lambda tx: lockers.set_service(tx, 2, False, "it did not open", "anna"))
    recovery = start(ledger, "jammed-locker", 2)
    seen = ledger.write_now(lambda tx: recoveries.seen(tx.connection, recovery))
    assert "Open locker 2 by hand" in str(seen["question"])
    assert [answer(ledger, recovery, each).accepted for each in ("yes", "empty", "yes")] == [
        True,
        True,
        True,
    ]
    assert standing(ledger, recovery).has_ended
    assert ledger.write_now(lambda tx: lockers.free_among(tx.connection, [2])) == [2]


@pytest.mark.parametrize(("choice", "left"), [("good", 2), ("broken", 1)])
def test_what_lay_in_the_locker_is_back_in_stock_or_written_off(
    choice: str, left: int, hands: Hands
) -> None:
    loaded = hands.claim(str(hands.issue()["code"]), "r1")
    hands.answer(loaded, AnswerKind.LOADED)
    jam = hands.ledger.write_now(
        lambda tx: redemptions.settle_opening(tx, "r1", 1, Stage.JAM, False)
    )
    hands.answer(jam, AnswerKind.JAMMED, remedy=Remedy.OTHER_LOCKER)
    recovery = start(hands.ledger, "jammed-locker", 1)
    seen = hands.ledger.write_now(lambda tx: recoveries.seen(tx.connection, recovery))
    assert seen["left_prize"] == "mug"
    answer(hands.ledger, recovery, "yes")
    answer(hands.ledger, recovery, choice)
    assert on_hand(hands.ledger, "mug") == left
    assert hands.ledger.write_now(lambda tx: left_prizes.of_locker(tx.connection, 1)) is None


def test_a_prize_that_a_declined_jam_left_is_out_with_the_next_one(hands: Hands) -> None:
    for redemption, ending in (("r1", AnswerKind.DECLINED), ("r2", AnswerKind.OPENED)):
        loaded = hands.claim(str(hands.issue()["code"]), redemption)
        hands.answer(loaded, AnswerKind.LOADED)
        jam = hands.ledger.write_now(
            lambda tx, name=redemption: redemptions.settle_opening(tx, name, 1, Stage.JAM, False)
        )
        after = hands.answer(jam, ending).standing
        there = hands.ledger.write_now(lambda tx: left_prizes.of_locker(tx.connection, 1))
        assert there == "mug"
    hands.answer(after, AnswerKind.COMPLETED)
    assert hands.ledger.write_now(lambda tx: left_prizes.of_locker(tx.connection, 1)) is None


def test_a_stocktake_counts_every_prize_and_ends_with_the_last(ledger: Ledger) -> None:
    recovery = start(ledger, "stocktake")
    mugs, pens = standing(ledger, recovery).children
    assert "answer those" in answer(ledger, recovery, "counted").why
    assert "whole number" in answer(ledger, pens, "counted").why
    answer(ledger, mugs, "counted", 3)
    assert not standing(ledger, recovery).has_ended
    answer(ledger, pens, "counted", 10)
    assert standing(ledger, recovery).has_ended
    assert (on_hand(ledger, "mug"), on_hand(ledger, "pen")) == (3, 10)


def test_an_answer_counts_once_and_only_for_its_question(ledger: Ledger) -> None:
    recovery = start(ledger, "jammed-locker", 1)
    said = RecoveryAnswer("once", recovery, "yes", "anna", 1)
    replies = [ledger.write_now(lambda tx: recoveries.record(tx, said, BOOKS)) for _ in range(2)]
    assert [each.standing.number for each in replies] == [2, 2]
    assert "answered meanwhile" in answer(ledger, recovery, "no", number=1).why
    assert "there are: good, broken, empty" in answer(ledger, recovery, "yes").why


def test_giving_up_ends_it_with_what_it_called(ledger: Ledger) -> None:
    recovery = start(ledger, "after-a-restore")
    answer(ledger, recovery, "done")
    (stocktake,) = standing(ledger, recovery).children
    answer(ledger, recovery, GIVE_UP)
    assert ledger.write_now(lambda tx: recoveries.open_ones(tx.connection)) == []
    assert "has ended" in answer(ledger, stocktake, GIVE_UP).why


def test_one_that_was_called_and_is_given_up_lets_its_caller_go_on(ledger: Ledger) -> None:
    recovery = start(ledger, "after-a-restore")
    answer(ledger, recovery, "done")
    (stocktake,) = standing(ledger, recovery).children
    answer(ledger, stocktake, GIVE_UP)
    assert standing(ledger, recovery).step == "codes"


def test_what_is_missing_at_the_start_is_named(ledger: Ledger) -> None:
    with pytest.raises(BadInput, match="which locker"):
        start(ledger, "jammed-locker")
    with pytest.raises(NotFound, match="no locker 9"):
        start(ledger, "jammed-locker", 9)
    with pytest.raises(NotFound, match="no prize 'cup'"):
        start(ledger, "missing-unit", sku="cup")


def test_a_question_that_waits_is_an_alarm_until_it_is_answered(ledger: Ledger) -> None:
    recovery = start(ledger, "jammed-locker", 1)
    first = standing(ledger, recovery)
    ledger.write_now(lambda tx: recoveries.remind(tx, first))
    assert [each["subject"] for each in _alarms(ledger)] == [recovery]
    answer(ledger, recovery, "yes")
    ledger.write_now(lambda tx: recoveries.remind(tx, first))  # it comes too late
    assert _alarms(ledger) == []


def test_what_can_not_be_booked_is_refused_and_the_question_stays(ledger: Ledger) -> None:
    recovery = start(ledger, "missing-unit", sku="mug")
    ledger.write_now(
        lambda tx: stock.move(
            tx,
            stock.Movement(
                "mug", stock.StockLocation.ON_HAND, stock.StockLocation.HELD, "anna", "a code", 2
            ),
        )
    )
    with pytest.raises(Refused, match="held for codes"):
        answer(ledger, recovery, "counted", 1)
    assert standing(ledger, recovery).number == 1


def _alarms(ledger: Ledger) -> list[dict[str, object]]:
    return [dict(each) for each in ledger.write_now(lambda tx: alarms.active(tx.connection))]
