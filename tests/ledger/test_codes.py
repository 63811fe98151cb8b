"""Codes: their check digit, their keys, and the unit that each holds."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest

from boxd.errors import KeysMissing, NotFound, Refused
from boxd.ledger import codes, stock
from boxd.ledger.check_digit import is_well_formed, random_code
from boxd.ledger.code_keys import CodeKeys, load_keys
from tests.ledger.conftest import ACTOR, Hands


def test_every_single_wrong_digit_is_caught() -> None:
    code = random_code(8)
    for place, digit in itertools.product(range(8), "0123456789"):
        wrong = code[:place] + digit + code[place + 1 :]
        assert is_well_formed(wrong, 8) == (wrong == code)


def test_no_code_begins_with_a_zero() -> None:
    made = [random_code(length) for length in (6, 8, 12) for _ in range(200)]
    assert [len(code) for code in made] == [6] * 200 + [8] * 200 + [12] * 200
    assert {code[0] for code in made} == set("123456789")


def test_every_swap_of_neighbours_is_caught() -> None:
    for code in (random_code(8) for _ in range(200)):
        for place in range(7):
            swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
            assert is_well_formed(swapped, 8) == (swapped == code)


@pytest.mark.parametrize("typed", ["", "1", "123456789012", "1234567x", "١٢٣٤٥٦٧٨"])
def test_what_is_no_code_is_no_code(typed: str) -> None:
    assert not is_well_formed(typed, 8)


def test_issuing_a_code_holds_a_unit(hands: Hands) -> None:
    hands.issue()
    assert (hands.stock("mug")["on_hand"], hands.stock("mug")["held"]) == (2, 1)


def test_sold_out_is_said_and_nothing_is_held(hands: Hands) -> None:
    for _ in range(3):
        hands.issue()
    with pytest.raises(Refused, match="'mug' has no units on hand, and 1 is needed"):
        hands.issue()
    assert hands.stock("mug")["held"] == 3


def test_a_prize_is_drawn_among_those_in_stock(hands: Hands) -> None:
    drawn = {str(hands.issue(None)["sku"]) for _ in range(5)}
    assert drawn == {"mug", "pin"}
    with pytest.raises(Refused, match="sold out"):
        hands.issue(None)


def test_a_voided_code_gives_its_unit_back_and_stays_voided(hands: Hands) -> None:
    hands.issue()
    hands.ledger.write_now(lambda tx: codes.void(tx, 1, "lost", ACTOR))
    assert hands.stock("mug")["on_hand"] == 3
    with pytest.raises(Refused, match="already voided"):
        hands.ledger.write_now(lambda tx: codes.void(tx, 1, "again", ACTOR))


def test_an_unknown_prize_names_the_known_ones(hands: Hands) -> None:
    with pytest.raises(NotFound, match="there is no prize 'cup'; known: mug, pin"):
        hands.issue("cup")


def test_the_file_alone_holds_no_code_in_clear(hands: Hands) -> None:
    code = str(hands.issue()["code"])
    hands.ledger.close()
    written = b"".join(file.read_bytes() for file in hands.file.parent.iterdir() if file.is_file())
    assert code.encode() not in written


def test_a_code_is_shown_to_its_owner_with_the_reading_key_only(hands: Hands) -> None:
    code = hands.issue()["code"]
    assert hands.ledger.write_now(lambda tx: codes.reveal(tx, 1, hands.keys, ACTOR)) == code
    other = CodeKeys(b"c" * 32, b"x" * 32)
    with pytest.raises(KeysMissing, match="another reading key"):
        hands.ledger.write_now(lambda tx: codes.reveal(tx, 1, other, ACTOR))


def test_keys_are_made_once_for_their_owner_only_and_read_again(tmp_path: Path) -> None:
    files = (tmp_path / "keys" / "claim.key", tmp_path / "keys" / "reading.key")
    first = load_keys(*files, may_create=True)
    again = load_keys(*files, may_create=False)
    assert first.digest("12345670") == again.digest("12345670")
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_a_missing_key_is_not_made_anew_for_codes_that_exist(tmp_path: Path) -> None:
    with pytest.raises(KeysMissing, match="put it back from your copy"):
        load_keys(tmp_path / "claim.key", tmp_path / "reading.key", may_create=False)


def test_movements_add_up_whatever_is_done(hands: Hands) -> None:
    chance = random.Random(7)
    for _ in range(60):
        units = chance.choice([-3, -1, 1, 2])
        try:
            hands.ledger.write_now(lambda tx, n=units: stock.adjust(tx, "pin", n, "count", ACTOR))
        except Refused:
            assert units < 0
    now = hands.stock("pin")
    places = ("on_hand", "held", "dispensed", "written_off")
    assert now["received"] == sum(int(str(now[place])) for place in places)
