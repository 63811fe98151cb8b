"""Prizes and their stock: added, changed, counted, retired; each in the trail with its reason."""

from __future__ import annotations

import pytest

from boxd.errors import Refused
from boxd.ledger import audit, stock
from tests.ledger.conftest import ACTOR, Hands


def trail(hands: Hands) -> list[dict[str, object]]:
    return hands.ledger.write_now(lambda tx: audit.rows_after(tx.connection, 0, 1000))


def test_a_new_prize_is_added_once(hands: Hands) -> None:
    cup = stock.StockedPrize("cup", "Cup", 2, 3)
    hands.ledger.write_now(lambda tx: stock.add(tx, cup, ACTOR))
    with pytest.raises(Refused, match=r"'cup' is there already \(Cup\)"):
        hands.ledger.write_now(lambda tx: stock.add(tx, cup, ACTOR))
    assert {"on_hand": 2, "name": "Cup", "weight": 3}.items() <= hands.stock("cup").items()
    imported, received = trail(hands)[-2:]
    assert (imported["action"], imported["detail"]) == (
        "prize.imported",
        {"name": "Cup", "weight": 3},
    )
    assert (received["action"], received["detail"]) == ("stock.received", {"quantity": 2})


def test_a_change_leaves_what_it_does_not_name(hands: Hands) -> None:
    hands.ledger.write_now(lambda tx: stock.change(tx, "mug", ACTOR, name="Big mug"))
    assert {"name": "Big mug", "weight": 1}.items() <= hands.stock("mug").items()
    hands.ledger.write_now(lambda tx: stock.change(tx, "mug", ACTOR, weight=5))
    assert {"name": "Big mug", "weight": 5}.items() <= hands.stock("mug").items()


@pytest.mark.parametrize(("units", "difference"), [(3, 0), (5, 2), (1, -2)])
def test_a_count_books_the_difference(hands: Hands, units: int, difference: int) -> None:
    hands.issue("mug")  # one of the three is held
    before = len(trail(hands))
    found = hands.ledger.write_now(lambda tx: stock.count(tx, "mug", units, "evening", ACTOR))
    assert found == difference
    assert hands.stock("mug")["on_hand"] == 2 + difference
    assert trail(hands)[-1]["detail"] == {"units": units, "difference": difference}
    assert len(trail(hands)) == before + 1 + bool(difference)


def test_fewer_than_are_held_can_not_be_counted(hands: Hands) -> None:
    hands.issue("mug")
    with pytest.raises(Refused, match=r"1 units of 'mug' are held.*only 0 were counted: void 1 of"):
        hands.ledger.write_now(lambda tx: stock.count(tx, "mug", 0, "evening", ACTOR))


def test_a_retired_prize_is_drawn_no_more_and_keeps_what_is_held(hands: Hands) -> None:
    hands.issue("mug")
    assert hands.ledger.write_now(lambda tx: stock.retire(tx, "mug", "ugly", ACTOR)) == 2
    left = {"on_hand": 0, "held": 1, "written_off": 2, "weight": 0}
    assert left.items() <= hands.stock("mug").items()
    assert trail(hands)[-1]["action"] == "prize.retired"


@pytest.mark.parametrize(("units", "why"), [(4, "3 units on hand, and 4 are"), (1, "")])
def test_more_than_there_are_can_not_be_written_off(hands: Hands, units: int, why: str) -> None:
    if why:
        with pytest.raises(Refused, match=why):
            hands.ledger.write_now(lambda tx: stock.adjust(tx, "mug", -units, "lost", ACTOR))
        return
    hands.ledger.write_now(lambda tx: stock.adjust(tx, "mug", -2, "lost", ACTOR))
    with pytest.raises(Refused, match="1 unit on hand, and 2 are"):
        hands.ledger.write_now(lambda tx: stock.adjust(tx, "mug", -2, "lost", ACTOR))
