"""All spellings of a reference are found, limited and warned of together, and never made one."""

from __future__ import annotations

from pathlib import Path

import pytest

from boxd.errors import NotFound, Refused
from boxd.issue import IssueState
from boxd.ledger import attendee_list, attendees, audit, code_batches, codes, erasure
from boxd.ledger.code_batches import Wanted
from boxd.ledger.database import open_ledger
from boxd.ledger.issuing import IssueRules
from tests.ledger.conftest import ACTOR, Hands
from tests.ledger.earning import Earner
from tests.ledger.older import written_by_schema

ANNA, ANNA_TOO = "Anna Müller", "ANNA MÜLLER"
EXPIRES = "2030-05-08T09:00:00.000Z"

OLD_ROWS = """
INSERT INTO attendees (reference) VALUES
    ('badge-1'), ('Badge-1'), ('\u00a0mu\u0308ller\u202e'), ('müller'), ('other'), ('x\u3000y');
INSERT INTO attendees (forgotten_at) VALUES ('2030-05-01T09:00:00.000Z');
INSERT INTO prizes (sku, name) VALUES ('mug', '\u202eguM');
"""


def number_of(hands: Hands, reference: str) -> int:
    return hands.ledger.write_now(lambda tx: attendees.number_of(tx, reference))


def issue(hands: Hands, attendee: str, most: int = 0) -> dict[str, object]:
    order = codes.CodeOrder(attendee, "box-1", 8, 7, ACTOR, "mug", per_attendee=most)
    return hands.ledger.write_now(lambda tx: codes.issue(tx, order, hands.keys))


def theirs(hands: Hands, attendee: str, is_own: bool = False) -> list[object]:
    found = hands.ledger.write_now(
        lambda tx: codes.listing(tx.connection, None, 10, attendee, is_own=is_own)
    )
    return [code["attendee"] for code in found]


def called(hands: Hands, name: str) -> list[str | None]:
    found = hands.ledger.write_now(lambda tx: attendee_list.everyone_called(tx.connection, name))
    return [each.reference for each in found]


def trail(hands: Hands, action: str) -> list[object]:
    rows = hands.ledger.write_now(lambda tx: audit.rows_after(tx.connection, 0, 1000))
    return [row["detail"] for row in rows if row["action"] == action]


def test_another_spelling_is_another_attendee_and_recorded(hands: Hands) -> None:
    anna, anna_too = number_of(hands, ANNA), number_of(hands, ANNA_TOO)
    assert anna != anna_too
    assert number_of(hands, ANNA) == anna
    assert trail(hands, "attendee.near_twin") == [{"attendee": anna_too, "like": str(anna)}]


def test_every_spelling_finds_all_of_them_the_exact_one_first(hands: Hands) -> None:
    for reference in (ANNA, ANNA_TOO, "Anne Müller"):
        number_of(hands, reference)
    assert called(hands, ANNA) == [ANNA, ANNA_TOO]
    assert called(hands, ANNA_TOO) == [ANNA_TOO, ANNA]
    assert called(hands, "anna\u3000müller") == [ANNA, ANNA_TOO]
    with pytest.raises(NotFound, match="no attendee has the reference 'Anna'"):
        called(hands, "Anna")


def test_a_pseudonym_means_one_of_them_alone(hands: Hands) -> None:
    number_of(hands, ANNA)
    number = number_of(hands, ANNA_TOO)
    known = hands.ledger.write_now(lambda tx: attendees.find(tx.connection, number))
    assert called(hands, known.pseudonym) == [ANNA_TOO]


def test_a_list_of_codes_has_those_of_all_spellings(hands: Hands) -> None:
    issue(hands, ANNA)
    issue(hands, ANNA_TOO)
    assert theirs(hands, "anna müller") == [ANNA_TOO, ANNA]
    assert theirs(hands, "nobody") == []


def test_an_attendees_own_codes_are_nobody_elses(hands: Hands) -> None:
    issue(hands, ANNA)
    assert theirs(hands, "anna müller", is_own=True) == [ANNA]
    issue(hands, ANNA_TOO)
    assert theirs(hands, ANNA_TOO, is_own=True) == [ANNA_TOO]
    assert theirs(hands, "anna müller", is_own=True) == []


def test_a_limit_counts_the_codes_of_all_spellings(hands: Hands) -> None:
    issue(hands, ANNA, most=1)
    with pytest.raises(Refused, match="would have 2 codes, and 1 is the most"):
        issue(hands, ANNA_TOO, most=1)


def test_a_limit_counts_what_an_issue_holds_for_another_spelling(hands: Hands) -> None:
    earner = Earner(hands)
    rules = IssueRules("box-1", 8, 7, per_attendee=1)
    earner.ask("first", ANNA)
    earner.step("first", "pick", rules)
    earner.step("first", "hold", rules)
    earner.ask("second", ANNA_TOO)
    assert earner.issue("second", rules).state is IssueState.OVER_LIMIT


def test_a_limit_counts_the_spellings_of_a_batch_and_of_the_ledger(hands: Hands) -> None:
    issue(hands, "anna müller")
    rows = [Wanted(2, ANNA, EXPIRES, sku="mug"), Wanted(3, ANNA_TOO, EXPIRES, sku="mug")]
    hands.ledger.write_now(lambda tx: code_batches.begin(tx, "b"))
    hands.ledger.write_now(lambda tx: code_batches.stage(tx, "b", rows, hands.keys, 8))
    found = hands.ledger.write_now(lambda tx: code_batches.faults(tx, "b", 2))
    assert [(fault.line, "would have 3 codes" in fault.why) for fault in found] == [(3, True)]


def test_spellings_that_a_batch_brings_are_recorded(hands: Hands) -> None:
    known = number_of(hands, ANNA)
    rows = [Wanted(2, ANNA_TOO, EXPIRES, sku="mug"), Wanted(3, "bob", EXPIRES, sku="mug")]
    hands.ledger.write_now(lambda tx: code_batches.begin(tx, "b"))
    hands.ledger.write_now(lambda tx: code_batches.stage(tx, "b", rows, hands.keys, 8))
    assert hands.ledger.write_now(lambda tx: code_batches.make(tx, "b", "box-1", 0, ACTOR)) == []
    like = {"attendee": number_of(hands, ANNA_TOO), "like": str(known)}
    assert trail(hands, "attendee.near_twin") == [like]


def test_near_twins_are_others_and_not_the_one_who_is_meant(hands: Hands) -> None:
    for reference in (ANNA, ANNA_TOO, "bob"):
        number_of(hands, reference)
    found = hands.ledger.write_now(
        lambda tx: attendee_list.near_twins(tx.connection, [ANNA, "bob", "BOB", "eva"])
    )
    assert [(each.attendee, each.like) for each in found] == [(ANNA, ANNA_TOO), ("BOB", "bob")]


def test_who_is_forgotten_has_no_spelling_any_more(hands: Hands) -> None:
    number = number_of(hands, ANNA)
    hands.ledger.write_now(lambda tx: erasure.forget(tx, number, ACTOR))
    again = number_of(hands, ANNA_TOO)
    assert called(hands, ANNA) == [ANNA_TOO]
    assert again != number
    assert trail(hands, "attendee.near_twin") == []


def test_the_attendees_of_an_earlier_release_stay_as_many_and_find_each_other(
    tmp_path: Path,
) -> None:
    ledger = open_ledger(written_by_schema(tmp_path / "ledger.db", 8, OLD_ROWS))
    kept = [row[0] for row in ledger.execute("SELECT reference FROM attendees ORDER BY id")]
    # What cleaning would make the same as somebody else's stays as it was written.
    assert kept == [
        "badge-1",
        "Badge-1",
        "\u00a0mu\u0308ller\u202e",
        "müller",
        "other",
        "x y",
        None,
    ]
    found = [
        [each.number for each in attendee_list.everyone_called(ledger, name)]
        for name in ("BADGE-1", "Müller", "X Y")
    ]
    assert found == [[1, 2], [3, 4], [6]]
    assert ledger.execute("SELECT name FROM prizes").fetchone()[0] == "guM"
