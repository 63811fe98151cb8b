"""Batches of codes in the ledger: all that is wrong is told, and all are made or none."""

from __future__ import annotations

import pytest

from boxd.errors import NotFound
from boxd.ledger import audit, batch_faults, code_batches, codes, stock
from boxd.ledger.batch_faults import Fault, Share
from boxd.ledger.check_digit import random_code
from boxd.ledger.code_batches import Wanted
from tests.ledger.conftest import ACTOR, Hands

EXPIRES = "2030-05-08T09:00:00.000Z"
LENGTH = 8


def wanted(line: int, attendee: str, digits: str | None, sku: str | None = "mug") -> Wanted:
    return Wanted(line, attendee, EXPIRES, digits, sku)


def staged(hands: Hands, *rows: Wanted, batch: str = "b") -> str:
    hands.ledger.write_now(lambda tx: code_batches.begin(tx, batch))
    stage(hands, batch, *rows)
    return batch


def stage(hands: Hands, batch: str, *rows: Wanted) -> None:
    hands.ledger.write_now(lambda tx: code_batches.stage(tx, batch, rows, hands.keys, LENGTH))


def faults(hands: Hands, batch: str = "b", limit: int = 0) -> list[Fault]:
    return hands.ledger.write_now(lambda tx: code_batches.faults(tx, batch, limit))


def make(hands: Hands, batch: str = "b", limit: int = 0) -> list[Fault]:
    return hands.ledger.write_now(lambda tx: code_batches.make(tx, batch, "box-1", limit, ACTOR))


def made_digits(hands: Hands, batch: str = "b") -> list[tuple[int, str]]:
    found = hands.ledger.write_now(lambda tx: code_batches.reveal(tx, batch, 0, 100, ACTOR))
    return [(each.line, hands.keys.unseal(each.sealed)) for each in found]


def all_codes(hands: Hands) -> list[dict[str, object]]:
    query = "SELECT id, attendee, sku, state FROM codes ORDER BY id"
    return hands.ledger.write_now(lambda tx: [dict(row) for row in tx.connection.execute(query)])


def test_imported_codes_are_good_at_the_box(hands: Hands) -> None:
    first, second = random_code(LENGTH), random_code(LENGTH)
    staged(hands, wanted(2, "ada", first), wanted(3, "bob", second, "pin"))
    assert make(hands) == []
    assert hands.claim(first, "r-1").refusal is None
    assert hands.stock("mug")["held"] == 1
    assert hands.stock("pin")["held"] == 1


def test_codes_without_digits_are_made_and_shown_in_the_order_of_the_lines(hands: Hands) -> None:
    staged(hands, wanted(2, "ada", None), wanted(3, "bob", None))
    make(hands)
    shown = made_digits(hands)
    assert [line for line, _ in shown] == [2, 3]
    assert hands.claim(shown[1][1], "r-1").refusal is None


def test_codes_without_a_prize_draw_one_while_units_last(hands: Hands) -> None:
    staged(hands, *(wanted(line, f"a-{line}", None, None) for line in range(2, 7)))
    assert make(hands) == []
    assert hands.stock("mug")["on_hand"] == 0
    assert hands.stock("pin")["on_hand"] == 0


def test_everything_wrong_is_told_at_once_and_nothing_is_made(hands: Hands) -> None:
    known = hands.issue("pin")
    twice = random_code(LENGTH)
    staged(
        hands,
        wanted(2, "ada", str(known["code"])),
        wanted(3, "ada", twice),
        wanted(4, "bob", twice),
        wanted(5, "bob", random_code(LENGTH), "cup"),
        *(wanted(line, f"a-{line}", None) for line in (6, 7)),
    )
    before = all_codes(hands)
    found = make(hands)
    assert found == [
        Fault(
            0, "5 codes for 'mug', and 3 units on hand; `boxd prizes adjust mug +2` adds the rest"
        ),
        Fault(2, f"this code is known already, as number {known['id']}"),
        Fault(4, "this code is there already, on line 3"),
        Fault(5, "there is no prize 'cup'; known: mug, pin"),
    ]
    assert all_codes(hands) == before
    assert hands.stock("mug")["held"] == 0


def test_more_drawn_codes_than_units_are_told(hands: Hands) -> None:
    staged(hands, wanted(2, "ada", None), *(wanted(n, "bob", None, None) for n in range(3, 8)))
    assert [fault.why for fault in faults(hands)] == [
        "5 codes draw a prize, and 4 units are left to draw among;"
        " `boxd prizes adjust SKU +UNITS` adds some"
    ]


def test_what_one_attendee_may_have_counts_what_they_have_had(hands: Hands) -> None:
    hands.issue("pin")
    staged(hands, wanted(2, "attendee 1", None), wanted(3, "attendee 1", None))
    assert faults(hands, limit=3) == []
    assert [fault.line for fault in faults(hands, limit=2)] == [3]
    assert "would have 3 codes, and 2 is the most" in faults(hands, limit=2)[0].why


def test_many_are_not_made_while_somebody_is_served(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_faults, "MOST_WHILE_SERVING", 1)
    standing = hands.claim(str(hands.issue("pin")["code"]), "r-1")
    assert standing.refusal is None
    staged(hands, wanted(2, "ada", None), wanted(3, "bob", None))
    assert "repeat when nobody is" in faults(hands)[0].why


def test_what_was_made_is_remembered_by_its_id(hands: Hands) -> None:
    staged(hands, wanted(2, "ada", None))
    make(hands)
    known = [
        hands.ledger.write_now(lambda tx, b=batch: code_batches.is_made(tx.connection, b))
        for batch in ("b", "c")
    ]
    assert known == [True, False]
    shares = hands.ledger.write_now(lambda tx: code_batches.shares_made(tx.connection, "b"))
    assert shares == [Share("mug", 1, 2)]
    assert made_digits(hands) == made_digits(hands)
    trail = hands.ledger.write_now(lambda tx: audit.rows_after(tx.connection, 0, 100))
    assert [row["detail"] for row in trail if row["action"] == "code.batch_revealed"] == [
        {"batch": "b", "after": 0, "codes": 1}
    ] * 2


def test_what_was_never_made_has_no_digits(hands: Hands) -> None:
    staged(hands, wanted(2, "ada", None))
    with pytest.raises(NotFound, match="no codes were made"):
        made_digits(hands)


def test_each_code_and_each_movement_is_in_the_trail(hands: Hands) -> None:
    staged(hands, wanted(2, "ada", None), wanted(3, "bob", None), wanted(4, "bob", None, "pin"))
    before = len(hands.ledger.write_now(lambda tx: audit.rows_after(tx.connection, 0, 100)))
    make(hands)
    rows = hands.ledger.write_now(lambda tx: audit.rows_after(tx.connection, before, 100))
    told = [(row["action"], row["sku"], row["code"]) for row in rows]
    assert told == [
        ("stock.held", "mug", None),
        ("stock.held", "pin", None),
        ("code.issued", "mug", 1),
        ("code.issued", "mug", 2),
        ("code.issued", "pin", 3),
    ]
    assert "ada" not in str(rows)


def test_how_a_batch_falls_on_the_prizes_is_told_before(hands: Hands) -> None:
    staged(hands, wanted(2, "ada", None), wanted(3, "bob", None, None), wanted(4, "bob", None))
    shares = hands.ledger.write_now(lambda tx: code_batches.shares(tx, "b"))
    assert shares == [Share("mug", 2, 3), Share(None, 1, 5)]


def test_a_row_sent_again_counts_once(hands: Hands) -> None:
    staged(hands, wanted(2, "ada", None))
    stage(hands, "b", wanted(2, "ada", None))
    make(hands)
    assert len(all_codes(hands)) == 1


def test_a_batch_is_gone_when_it_is_dropped(hands: Hands) -> None:
    staged(hands, wanted(2, "ada", None))
    hands.ledger.write_now(lambda tx: code_batches.drop(tx, "b"))
    with pytest.raises(NotFound, match="send it again"):
        make(hands)


def test_what_was_left_lying_is_dropped_by_the_next_batch(hands: Hands) -> None:
    staged(hands, wanted(2, "ada", None))
    hands.now = hands.now.replace(hour=11)
    staged(hands, batch="c")
    with pytest.raises(NotFound):
        faults(hands, "b")
    assert faults(hands, "c") == []


def test_a_voided_code_of_a_batch_gives_its_unit_back(hands: Hands) -> None:
    staged(hands, wanted(2, "ada", None))
    make(hands)
    hands.ledger.write_now(lambda tx: codes.void(tx, 1, "a test", ACTOR))
    found = hands.ledger.write_now(lambda tx: stock.find(tx.connection, "mug"))
    assert (found["on_hand"], found["held"]) == (3, 0)
