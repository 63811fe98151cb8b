"""What a reader may read is decided in one place: boxd's own codes, and nothing else."""

from __future__ import annotations

import pytest

from boxd.ledger.check_digit import random_code
from boxd.ledger.home_number import Homes
from boxd.ledger.scanned_code import digits_in, text_to_scan


@pytest.mark.parametrize("length", [4, 8, 12])
def test_what_the_pages_show_is_read(length: int) -> None:
    code = random_code(length)
    assert digits_in(text_to_scan(code), Homes(length)) == code
    assert digits_in(text_to_scan(code).lower(), Homes(length)) == code


@pytest.mark.parametrize(
    "text",
    ["", "BOXD", "96385074", "BOXD1234567", "BOXD 12345674", "BOXE12345674", "BOXD123456\u0667"],
)
def test_nothing_else_is(text: str) -> None:
    assert digits_in(text, Homes(8)) is None
