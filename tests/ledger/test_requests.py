"""Keyed requests in the ledger: written with what they change, kept for days, then pruned."""

from __future__ import annotations

import pytest

from boxd.ledger import requests, stock
from boxd.ledger.ledger import Transaction
from boxd.ledger.requests import RequestKey, StoredRequest
from tests.ledger.conftest import Hands, later

KEY = RequestKey(1, "k-1", b"asked")


def known(hands: Hands, key: RequestKey = KEY) -> StoredRequest | None:
    return hands.ledger.write_now(lambda tx: requests.find(tx.connection, key))


def test_a_key_is_noted_only_with_what_was_done(hands: Hands) -> None:
    def broken_off(tx: Transaction) -> None:
        requests.note_begun(tx, KEY)
        stock.adjust(tx, "mug", 5, "carton", "anna")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        hands.ledger.write_now(broken_off)

    assert (known(hands), hands.stock("mug")["on_hand"]) == (None, 3)


def test_the_first_answer_stays(hands: Hands) -> None:
    hands.ledger.write_now(lambda tx: requests.note_begun(tx, KEY))
    assert known(hands) == StoredRequest(b"asked", None, None)

    hands.ledger.write_now(lambda tx: requests.note_answer(tx, KEY, 201, b"first"))
    hands.ledger.write_now(lambda tx: requests.note_answer(tx, KEY, 200, b"second"))
    assert known(hands) == StoredRequest(b"asked", 201, b"first")


def test_the_same_key_of_two_owners_is_two_keys(hands: Hands) -> None:
    hands.ledger.write_now(lambda tx: requests.note_answer(tx, KEY, 201, b"first"))
    assert known(hands, RequestKey(2, "k-1", b"asked")) is None


def test_old_keys_are_pruned_when_new_ones_come(hands: Hands) -> None:
    hands.ledger.write_now(lambda tx: requests.note_answer(tx, KEY, 201, b"first"))
    later(hands, days=2)
    hands.ledger.write_now(lambda tx: requests.note_begun(tx, RequestKey(1, "k-2", b"")))
    assert known(hands) is not None

    later(hands, days=2)
    hands.ledger.write_now(lambda tx: requests.note_begun(tx, RequestKey(1, "k-3", b"")))
    assert known(hands) is None
    assert known(hands, RequestKey(1, "k-2", b"")) is not None


def test_dropped_answers_leave_the_keys_known(hands: Hands) -> None:
    hands.ledger.write_now(lambda tx: requests.note_answer(tx, KEY, 201, b"first"))
    hands.ledger.write_now(requests.drop_answers)
    assert known(hands) == StoredRequest(b"asked", None, None)
