"""What a scanner types becomes a text: a burst with an Enter, once for each time it is shown."""

from __future__ import annotations

import pytest

from boxd.hid.key_codes import CHARACTER_OF_CODE
from boxd.hid.scans import PAUSE_S, SAME_AGAIN_S, ScanCollector

ENTER, KEYPAD_ENTER, TAB, SHIFT, MINUS = 28, 96, 15, 42, 12
CODES = {character: code for code, character in reversed(CHARACTER_OF_CODE.items())}


def typed(scans: ScanCollector, text: str, at: float, end: int = ENTER) -> str | None:
    for character in text:
        assert scans.press(SHIFT, at) is None
        assert scans.press(CODES[character], at) is None
    return scans.press(end, at)


@pytest.mark.parametrize("end", [ENTER, KEYPAD_ENTER, TAB])
def test_a_burst_and_its_end_are_a_text(end: int) -> None:
    assert typed(ScanCollector(), "BOXD123456", 5.0, end) == "BOXD123456"


def test_every_digit_and_letter_has_its_code() -> None:
    characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    assert set(CHARACTER_OF_CODE.values()) == set(characters)
    assert typed(ScanCollector(), characters, 1.0) == characters


def test_a_character_that_no_code_has_spoils_the_text_instead_of_vanishing() -> None:
    scans = ScanCollector()
    scans.press(CODES["1"], 1.0)
    scans.press(MINUS, 1.0)
    assert typed(scans, "2", 1.0) == "1?2"


def test_what_was_begun_and_not_ended_does_not_join_the_next_text() -> None:
    scans = ScanCollector()
    scans.press(CODES["9"], 1.0)
    assert typed(scans, "12", 1.1 + PAUSE_S) == "12"


def test_a_code_left_before_the_reader_is_read_once_until_it_was_away() -> None:
    scans = ScanCollector()
    assert typed(scans, "12", 1.0) == "12"
    assert [typed(scans, "12", 1.0 + second) for second in (1, 2, 3, 4)] == [None] * 4
    assert typed(scans, "13", 5.5) == "13"
    assert typed(scans, "12", 6.0) == "12"
    assert typed(scans, "12", 6.1 + SAME_AGAIN_S) == "12"


def test_an_end_without_a_text_is_nothing() -> None:
    assert typed(ScanCollector(), "", 1.0) is None
