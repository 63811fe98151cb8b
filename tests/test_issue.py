"""The rules of a code's issue: which prize a random number draws, and which states are ends."""

from __future__ import annotations

from collections import Counter

import pytest

from boxd.issue import DRAW_BITS, IssueState, drawn, why_no_prize

AMONG = (("mug", 1), ("pin", 3))


def test_each_prize_is_drawn_by_its_weight() -> None:
    step = 1 << DRAW_BITS - 8
    counted = Counter(drawn(number * step, AMONG) for number in range(256))
    assert counted == {"mug": 64, "pin": 192}


def test_the_edges_of_the_draw_belong_to_one_prize_each() -> None:
    quarter = 1 << DRAW_BITS - 2
    assert [drawn(each, AMONG) for each in (0, quarter - 1, quarter)] == ["mug", "mug", "pin"]
    assert drawn((1 << DRAW_BITS) - 1, AMONG) == "pin"
    with pytest.raises(ValueError, match="more than"):
        drawn(1 << DRAW_BITS, AMONG)


def test_the_ends_are_the_ends() -> None:
    ended = {"done", "sold_out", "over_limit", "undone"}
    assert {each.value for each in IssueState if each.has_ended} == ended


def test_an_unknown_prize_is_refused_with_those_that_are_known() -> None:
    assert why_no_prize("x", ["mug", "pin"]).endswith("known: mug, pin")
    assert why_no_prize("x", []).endswith("known: none yet")
