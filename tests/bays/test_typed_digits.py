"""Digits wait for Enter, not for ever, and are shown to nobody."""

from __future__ import annotations

from boxd.bays.typed_digits import LONGEST, TypedDigits
from boxd.devices import Key


def _type(typing: TypedDigits, digits: str, at: float = 0.0) -> None:
    for digit in digits:
        typing.add(Key(digit), at)


def test_digits_leave_in_their_order_and_only_once() -> None:
    typing = TypedDigits(timeout_s=20)
    _type(typing, "0912")
    assert typing.count(now=1) == 4
    assert typing.take(now=1) == "0912"
    assert typing.take(now=1) == ""


def test_a_pause_drops_what_was_typed() -> None:
    typing = TypedDigits(timeout_s=20)
    _type(typing, "12", at=0)
    _type(typing, "3", at=19.9)
    assert typing.count(now=39.8) == 3
    assert typing.count(now=39.9) == 0
    _type(typing, "4", at=60)
    _type(typing, "5", at=90)
    assert typing.take(now=91) == "5"


def test_more_digits_than_any_code_has_are_not_taken() -> None:
    typing = TypedDigits(timeout_s=20)
    _type(typing, "1" * LONGEST)
    assert not typing.add(Key.DIGIT_2, now=1)
    assert typing.take(now=1) == "1" * 16


def test_cleared_digits_are_gone() -> None:
    typing = TypedDigits(timeout_s=20)
    _type(typing, "12")
    typing.clear()
    assert typing.take(now=0) == ""


def test_its_repr_shows_no_digits() -> None:
    typing = TypedDigits(timeout_s=20)
    _type(typing, "31415926")
    assert "31415926" not in repr(typing)
