"""What was answered under an idempotency key, across restarts and changed keys."""

from __future__ import annotations

from boxd.ledger import stock
from boxd.ledger.code_keys import CodeKeys
from boxd.ledger.ledger import Ledger
from boxd.organiser.keyed_answers import KeyedAnswers, KeyedRequest

ASKED = KeyedRequest(owner=1, key="k-1", asked="POST /x {}")


async def test_an_answer_is_kept_sealed_and_found_by_the_same_request_alone(
    ledger: Ledger, keys: CodeKeys
) -> None:
    await KeyedAnswers(ledger, keys).keep(ASKED, 201, '{"code": "12345674"}')
    again = KeyedAnswers(ledger, keys)
    found = await again.find(ASKED)
    assert found is not None
    assert (found.is_the_same, found.status, found.body) == (True, 201, '{"code": "12345674"}')
    other = await again.find(KeyedRequest(1, "k-1", "POST /x {other}"))
    assert other is not None
    assert not other.is_the_same
    assert await again.find(KeyedRequest(2, "k-1", ASKED.asked)) is None
    assert await again.find(KeyedRequest(1, "k-2", ASKED.asked)) is None


async def test_the_key_is_noted_with_the_change_and_the_answer_may_be_missing(
    ledger: Ledger, keys: CodeKeys
) -> None:
    answers = KeyedAnswers(ledger, keys)
    with answers.noting(ASKED):
        await ledger.write(lambda tx: stock.adjust(tx, "mug", 1, "found", "ada"))
    found = await answers.find(ASKED)
    assert found is not None
    assert (found.is_the_same, found.status) == (True, None)


async def test_an_answer_that_another_reading_key_sealed_counts_as_not_kept(
    ledger: Ledger, keys: CodeKeys
) -> None:
    await KeyedAnswers(ledger, keys).keep(ASKED, 200, "{}")
    found = await KeyedAnswers(ledger, CodeKeys(b"c" * 32, b"n" * 32)).find(ASKED)
    assert found is not None
    assert (found.status, found.body) == (None, "")
