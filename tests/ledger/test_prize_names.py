"""What prizes are called in other languages than the event's own."""

from __future__ import annotations

from boxd.ledger import prize_import, prize_names, stock, variants
from boxd.ledger.prize_import import ImportedPrize
from boxd.ledger.variants import NewVariant
from tests.ledger.conftest import ACTOR, Hands


def add(hands: Hands, prize: stock.StockedPrize) -> None:
    hands.ledger.write_now(lambda tx: stock.add(tx, prize, ACTOR))


def known(hands: Hands) -> dict[str, dict[str, str]]:
    return hands.ledger.write_now(lambda tx: prize_names.translations(tx.connection))


def test_names_are_replaced_as_a_whole_and_each_change_is_recorded_once(hands: Hands) -> None:
    add(hands, stock.StockedPrize("cap", "Cap", names={"de": "Kappe", "ja": "帽子"}))
    for names in ({"de": "Kappe", "ja": "帽子"}, {"de": "Mütze"}):
        hands.ledger.write_now(lambda tx, names=names: prize_names.put(tx, "cap", names, ACTOR))
    assert known(hands) == {"de": {"Cap": "Mütze"}}
    found = hands.ledger.write_now(
        lambda tx: tx.connection.execute(
            "SELECT detail FROM audit WHERE action = 'prize.named'"
        ).fetchall()
    )
    assert len(found) == 2


def test_a_variant_is_called_after_its_prize_in_each_language(hands: Hands) -> None:
    add(hands, stock.StockedPrize("cap", "Cap", names={"fr": "Casquette"}))
    hands.ledger.write_now(lambda tx: variants.add(tx, "cap", [NewVariant("S", 2)], ACTOR))
    assert known(hands) == {"fr": {"Cap": "Casquette", "Cap, S": "Casquette, S"}}


def test_a_file_without_names_leaves_those_that_are_there(hands: Hands) -> None:
    for row in (
        ImportedPrize("cap", "Cap", 1, 1, names={"fr": "Casquette"}),
        ImportedPrize("cap", "Cap, blue", 1, 1),
    ):
        hands.ledger.write_now(
            lambda tx, row=row: prize_import.take(tx, [row], ACTOR, is_count=False)
        )
    assert known(hands) == {"fr": {"Cap, blue": "Casquette"}}
