"""After a card was lost: codes of the old keys are void, each is issued again, once."""

from __future__ import annotations

from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.codes import CodeOrder, listing
from boxd.ledger.issuing_again import IssuedAgain, issue_again
from tests.ledger.conftest import Hands

NEW = CodeKeys(b"n" * 32, b"m" * 32)
ORDER = CodeOrder("", "box-1", 8, 7, "anna")


def again(hands: Hands, keys: CodeKeys = NEW) -> IssuedAgain:
    return hands.ledger.write_now(lambda tx: issue_again(tx, ORDER, keys, "card lost", 2))


def test_each_code_of_old_keys_is_void_and_has_one_of_the_new_ones(hands: Hands) -> None:
    old = [hands.issue()["id"] for _ in range(2)] + [hands.issue("pin")["id"]]
    before = hands.stock("mug"), hands.stock("pin")
    assert again(hands) == IssuedAgain(2, has_more=True)
    assert again(hands) == IssuedAgain(1, has_more=False)
    assert again(hands) == IssuedAgain(0, has_more=False)
    assert {hands.code_state(each) for each in old} == {"voided"}
    assert (hands.stock("mug"), hands.stock("pin")) == before
    new = hands.ledger.write_now(lambda tx: listing(tx.connection, "ready", 9))
    assert sorted((each["attendee"], each["sku"]) for each in new) == [
        ("attendee 1", "mug"),
        ("attendee 1", "mug"),
        ("attendee 1", "pin"),
    ]


def test_a_code_of_the_present_keys_and_one_in_use_stay_as_they_are(hands: Hands) -> None:
    ready, in_use = hands.issue(), hands.issue()
    hands.claim(str(in_use["code"]), "r1")
    assert again(hands, hands.keys) == IssuedAgain(0, has_more=False)
    assert again(hands) == IssuedAgain(1, has_more=False)
    assert hands.code_state(ready["id"]) == "voided"
    assert hands.code_state(in_use["id"]) == "in_use"
