"""Variants of a prize: drawn by what is left, chosen by the attendee, each unit counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from boxd.errors import Refused
from boxd.issue import DRAW_BITS, drawn
from boxd.ledger import drawing, stock, variants
from boxd.ledger.variants import NewVariant
from boxd.redemption import AnswerKind
from checker.evidence import Evidence
from checker.ledger import read_ledger
from checker.stock import hold as conserved
from checker.told import told_otherwise
from checker.trace import Trace
from tests.ledger.conftest import ACTOR, Hands

SIZES = (NewVariant("S", 1), NewVariant("M", 3))


@pytest.fixture
def shirts(hands: Hands) -> Hands:
    """A T-shirt of two sizes beside the ledger's other prizes."""
    shirt = stock.StockedPrize("shirt", "T-shirt", 5, 2)
    hands.ledger.write_now(lambda tx: stock.import_prizes(tx, [shirt], ACTOR))
    vary(hands, SIZES)
    return hands


def vary(hands: Hands, new: Sequence[NewVariant], sku: str = "shirt") -> None:
    hands.ledger.write_now(lambda tx: variants.add(tx, sku, new, ACTOR))


def choose(hands: Hands, code: object, sku: str) -> bool:
    number = int(str(code))
    return hands.ledger.write_now(lambda tx: variants.choose(tx, number, sku, ACTOR))


def findings(file: Path) -> list[object]:
    ledger = read_ledger(file)
    return [*conserved(Evidence(ledger, Trace(()))).findings, *told_otherwise(ledger)]


def test_a_prize_with_variants_keeps_no_unit_itself_and_its_variants_are_named_after_it(
    shirts: Hands,
) -> None:
    assert shirts.stock("shirt")["on_hand"] == 0
    assert shirts.stock("shirt")["written_off"] == 5
    large = shirts.stock("shirt-m")
    assert (large["name"], large["on_hand"], large["variant_of"]) == ("T-shirt, M", 3, "shirt")
    shown = shirts.ledger.write_now(lambda tx: stock.countable(tx.connection))
    assert "shirt" not in [each["sku"] for each in shown]


@pytest.mark.parametrize(
    ("sku", "new", "why"),
    [
        ("shirt", [NewVariant("m")], "twice"),
        ("shirt-m", [NewVariant("long")], "is a variant itself"),
        ("shirt", [NewVariant(f"size {n}") for n in range(30)], "24 are the most"),
    ],
)
def test_what_can_be_no_variant_is_refused(
    shirts: Hands, sku: str, new: list[NewVariant], why: str
) -> None:
    with pytest.raises(Refused, match=why):
        vary(shirts, new, sku)


def test_variants_share_the_weight_of_their_prize_by_what_is_left(shirts: Hands) -> None:
    pool = shirts.ledger.write_now(lambda tx: drawing.pool(tx.connection, None))
    weights = dict(pool)
    assert weights["shirt-s"] + weights["shirt-m"] == 2 * weights["mug"]
    assert weights["shirt-m"] == 3 * weights["shirt-s"]
    alone = shirts.ledger.write_now(lambda tx: drawing.pool(tx.connection, None, ["shirt"]))
    assert [sku for sku, _ in alone] == ["shirt-m", "shirt-s"]
    step = (1 << DRAW_BITS) // 400
    counts = Counter(drawn(draw, alone) for draw in range(0, 1 << DRAW_BITS, step))
    assert abs(counts["shirt-m"] - 300) <= 1


def test_another_variant_is_held_for_the_code_and_given_out(shirts: Hands) -> None:
    made = shirts.issue("shirt-s")
    assert choose(shirts, made["id"], "shirt-m")
    assert not choose(shirts, made["id"], "shirt-m")
    assert shirts.stock("shirt-s")["on_hand"] == 1
    assert shirts.stock("shirt-m")["held"] == 1
    standing = shirts.claim(str(made["code"]), "r-1")
    assert standing.sku == "shirt-m"
    with pytest.raises(Refused, match="nothing can be chosen any more"):
        choose(shirts, made["id"], "shirt-s")
    shirts.answer(standing, AnswerKind.DECLINED)
    assert findings(shirts.file) == []


def test_of_what_is_gone_or_of_another_prize_nothing_can_be_chosen(shirts: Hands) -> None:
    first, second = shirts.issue("shirt-s"), shirts.issue("shirt-m")
    with pytest.raises(Refused, match="none of these is left"):
        choose(shirts, second["id"], "shirt-s")
    with pytest.raises(Refused, match="no variant of the code's prize"):
        choose(shirts, first["id"], "mug")
    assert shirts.stock("shirt-s")["held"] == 1


def test_a_code_for_a_prize_with_variants_is_for_one_of_them(shirts: Hands) -> None:
    assert {shirts.issue("shirt")["sku"] for _ in range(4)} == {"shirt-s", "shirt-m"}
    with pytest.raises(Refused, match="no units"):
        shirts.issue("shirt")


def test_variants_are_called_after_their_prize_when_its_name_changes(shirts: Hands) -> None:
    def change(tx: object) -> None:
        stock.change(tx, "shirt", ACTOR, name="Shirt")  # type: ignore[arg-type]
        variants.rename(tx, "shirt", ACTOR)  # type: ignore[arg-type]

    shirts.ledger.write_now(change)
    assert shirts.stock("shirt-s")["name"] == "Shirt, S"
    assert shirts.stock("shirt-s")["variant"] == "S"
