"""The same file a second time is refused with the time of the first, unless it is meant."""

from __future__ import annotations

import pytest

from boxd.errors import Refused
from boxd.ledger import imported_files, stock
from boxd.ledger.imported_files import FilePurpose, ImportedFile
from boxd.ledger.ledger import Transaction
from tests.ledger.conftest import ACTOR, Hands

DIGEST = "ab" * 32


def bring_a_mug(hands: Hands, file: ImportedFile) -> None:
    def bring(tx: Transaction) -> None:
        imported_files.note(tx, file, FilePurpose.PRIZES, ACTOR)
        stock.import_prizes(tx, [stock.StockedPrize("mug", "Mug", 1)], ACTOR)

    hands.ledger.write_now(bring)


def mugs(hands: Hands) -> object:
    return hands.stock("mug")["on_hand"]


def test_the_same_file_twice_brings_its_stock_once(hands: Hands) -> None:
    bring_a_mug(hands, ImportedFile(DIGEST))
    with pytest.raises(Refused, match=f"at 2030-05-01T09:00:00.000Z by {ACTOR};.*--again"):
        bring_a_mug(hands, ImportedFile(DIGEST))
    assert mugs(hands) == 4


def test_a_file_that_is_meant_once_more_brings_it_once_more(hands: Hands) -> None:
    bring_a_mug(hands, ImportedFile(DIGEST))
    bring_a_mug(hands, ImportedFile(DIGEST, again=True))
    assert mugs(hands) == 5


def test_the_same_file_for_something_else_is_another(hands: Hands) -> None:
    bring_a_mug(hands, ImportedFile(DIGEST))
    hands.ledger.write_now(
        lambda tx: imported_files.note(tx, ImportedFile(DIGEST), FilePurpose.CODES, ACTOR)
    )


def test_an_import_that_fails_leaves_its_file_unknown(hands: Hands) -> None:
    def fail(tx: Transaction) -> None:
        imported_files.note(tx, ImportedFile(DIGEST), FilePurpose.PRIZES, ACTOR)
        raise Refused("a test wants it")

    with pytest.raises(Refused, match="a test wants it"):
        hands.ledger.write_now(fail)
    bring_a_mug(hands, ImportedFile(DIGEST))
