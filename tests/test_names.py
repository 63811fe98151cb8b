"""One form of each name: what is kept, what goes, and which spellings belong together."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from boxd import names

# What scripts and emoji are made of, mixed with everything that has no place in a name.
PIECES = st.sampled_from(
    [
        *"aZß1#*=́ı",
        *"עب山あがｱﾞＡﷺ",
        *"\u0d28\u0d4d\u200d\u200c",
        *"\U0001f469\U0001f3fd\U0001f4bb❤\ufe0f⃣\U0001f3f4\U000e0067\U000e007f",
        *" \u00a0\u3000\u2003\t\u2028",
        *"\u202e\u2066\u2069\u200b\ufeff\u00ad",
        *"\U000e0100\u180e\u180b\u0301\u0338\u3099",
    ]
)
# The same texts on every run, and no time limit: a busy machine is no fault of a name's.
PROPERTY = settings(deadline=None, derandomize=True, database=None, max_examples=300)
TEXTS = st.text() | st.lists(PIECES, max_size=12).map("".join)


@PROPERTY
@given(TEXTS)
@example("=\u200d\u0338\u200d")
@example("e\u200b\u0301\u200d")
def test_a_cleaned_name_is_clean(text: str) -> None:
    once = names.cleaned(text)
    assert names.cleaned(once) == once
    assert unicodedata.is_normalized("NFC", once)


@PROPERTY
@given(TEXTS)
def test_a_name_and_its_cleaned_form_are_spellings_of_one(text: str) -> None:
    assert names.folded(text) == names.folded(names.cleaned(text))
    assert names.folded(names.folded(text)) == names.folded(text)


@PROPERTY
@given(TEXTS)
def test_nothing_that_is_taken_turns_the_direction_or_hides(text: str) -> None:
    name = names.cleaned(text)
    turns = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
    assert not set(turns) & set(name)
    assert not set("\u200b\u2060\ufeff\u00ad\u3000\u00a0") & set(name)
    if not names.why_refused(name):
        assert name.strip() == name
        assert not any(unicodedata.category(sign) in {"Cc", "Zl", "Zp", "Cs"} for sign in name)


@pytest.mark.parametrize(
    "name",
    [
        "badge-1042",
        "Łukasz Żółć",
        "山田 太郎",
        "辻\U000e0100",  # the form of the kanji that the family writes
        "אברהם",
        "علی\u200cرضا",
        "\u0d05\u0d35\u0d28\u0d4d\u200d",
        "ක\u0dca\u200dරමය",
        "\U0001f469\U0001f3fd\u200d\U0001f4bb",
        "❤\ufe0f\u200d\U0001f525",
        "1\ufe0f⃣",
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "hall 3/seat 12",
    ],
)
def test_what_a_script_or_an_emoji_needs_stays(name: str) -> None:
    assert names.cleaned(name) == name
    assert names.why_refused(name) == ""


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Mu\u0308ller", "Müller"),
        ("山田\u3000太郎", "山田 太郎"),
        ("\u00a0badge\u202f \u00a01042\u200b", "badge 1042"),
        ("\ufeffbadge-1042\t\r\n", "badge-1042"),
        ("gpj\u202e.exe", "gpj.exe"),
        ("\u2067אברהם\u2069", "אברהם"),
        ("an\u200dna", "anna"),
        ("anna\ufe0f", "anna"),
        ("\u200d\u200danna", "anna"),
        ("anna\U000e0061\U000e0062", "anna"),
        ("  ", ""),
    ],
)
def test_what_nobody_sees_goes(typed: str, kept: str) -> None:
    assert names.cleaned(typed) == kept


@pytest.mark.parametrize(
    "spellings",
    [
        ("badge-1042", "BADGE-1042", "Badge-1042 ", "ｂａｄｇｅ－１０４２"),
        ("Anna Müller", "ANNA  MÜLLER", "anna\u3000mu\u0308ller"),
        ("Strauß", "STRAUSS"),
        ("ﾔﾏﾀﾞ", "ヤマダ"),
        ("علی\u200cرضا", "علیرضا"),
        ("❤\ufe0f", "❤"),
    ],
)
def test_spellings_of_one_name_fold_to_the_same(spellings: tuple[str, ...]) -> None:
    assert len({names.folded(each) for each in spellings}) == 1


@pytest.mark.parametrize(
    "others", [("Li Na", "Lina"), ("x²", "x2"), ("badge-1", "badge-l"), ("Müller", "Muller")]
)
def test_names_of_two_people_do_not_fold_to_the_same(others: tuple[str, str]) -> None:
    assert names.folded(others[0]) != names.folded(others[1])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("\u200b\u3164\u3000", "is empty"),
        ("two\nlines", "one line"),
        ("a\x1b[31m", "one line"),
        ("half\ud83d", "one line"),
        ("x" * 201, "has 201 characters; 200 are the most"),
    ],
)
def test_what_is_no_name_is_refused_with_the_rule(text: str, why: str) -> None:
    assert why in names.why_refused(names.cleaned(text))
