"""A code says at which box it is at home, and any box can read that."""

from __future__ import annotations

import pytest

from boxd.ledger.check_digit import random_code
from boxd.ledger.home_number import Homes, digits_of

AT_THE_SECOND = Homes(length=8, own=2, names=("Hall A", "Hall B"))


@pytest.mark.parametrize("number", [1, 2, 8, 9, 10, 42, 99])
def test_the_number_of_the_home_is_read_from_a_code(number: int) -> None:
    for _ in range(50):
        assert AT_THE_SECOND.home_of(random_code(8, digits_of(number))) == number


def test_a_code_from_before_the_fleet_is_at_home_at_the_box_that_began() -> None:
    code = random_code(8)
    assert AT_THE_SECOND.home_of(code) == 1
    assert AT_THE_SECOND.elsewhere(code) == "1 (Hall A)"
    assert Homes(length=8, own=1).elsewhere(code) == ""
    assert Homes(length=8, own=1, first=2).elsewhere(code) == "2"


def test_a_box_tells_where_a_code_of_another_box_is_at_home() -> None:
    assert AT_THE_SECOND.elsewhere(random_code(8, digits_of(1))) == "1 (Hall A)"
    assert AT_THE_SECOND.elsewhere(random_code(8, digits_of(12))) == "12"
    assert AT_THE_SECOND.elsewhere(random_code(8, digits_of(2))) == ""


def test_a_slip_of_the_finger_sends_nobody_to_another_box() -> None:
    code = random_code(8, digits_of(1))
    for place, digit in enumerate(code):
        slip = code[:place] + str((int(digit) + 1) % 10) + code[place + 1 :]
        assert AT_THE_SECOND.home_of(slip) is None


@pytest.mark.parametrize(
    "typed", ["", "9", "90", "909", "9081234567", "0", "12a45678", "\u0661" * 9]
)
def test_what_is_no_code_has_no_home(typed: str) -> None:
    assert AT_THE_SECOND.home_of(typed) is None


def test_a_box_alone_knows_its_own_codes_only() -> None:
    alone = Homes(length=8)
    assert alone.home_of(random_code(8)) == 0
    assert alone.elsewhere(random_code(8)) == ""
    assert alone.home_of(random_code(8, digits_of(2))) is None
