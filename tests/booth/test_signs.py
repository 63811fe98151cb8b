"""What lamps say: told from how they change, as docs/operators.md has it."""

from __future__ import annotations

from itertools import accumulate, cycle, islice

import pytest

from booth.signs import Change, Sign, sign
from boxd.lights.moments import LightMoment
from boxd.lights.pattern import NONE, Pattern
from boxd.lights.shows import ShowName, show_named

CLASSIC = show_named(ShowName.CLASSIC)
LATE = 1.2  # an emulated processor's blinking


def shown(pattern: Pattern, phases: int) -> list[Change]:
    """What the lamps do while boxd shows a pattern, a little late each time."""
    steps = list(islice(cycle(pattern.steps), phases))
    times = [0.0, *accumulate(LATE * milliseconds / 1000 for _lit, milliseconds in steps)]
    changes, lit = [], NONE
    for at, (now_lit, _milliseconds) in zip(times, steps, strict=False):
        changes += [Change(at, str(lamp), lamp in now_lit) for lamp in sorted(lit ^ now_lit)]
        lit = now_lit
    return changes


@pytest.mark.parametrize(
    ("expected", "pattern"),
    [
        (Sign.STARTING, CLASSIC[LightMoment.STARTING]),
        (Sign.LOAD, CLASSIC[LightMoment.LOAD]),
        (Sign.ASKING, CLASSIC[LightMoment.ATTENTION]),
        (Sign.OPENING, CLASSIC[LightMoment.OPENING]),
        (Sign.OPEN, CLASSIC[LightMoment.OPEN]),
        (Sign.REFUSED, CLASSIC[LightMoment.REFUSED]),
        (Sign.OUT_OF_SERVICE, CLASSIC[LightMoment.OUT_OF_SERVICE]),
    ],
)
def test_a_blinking_lamp_is_told_by_its_rhythm(expected: Sign, pattern: Pattern) -> None:
    changes = shown(pattern, phases=8)
    assert sign(changes, changes[-1].at + 0.05) is expected


@pytest.mark.parametrize(
    ("expected", "pattern"),
    [
        (Sign.READY, CLASSIC[LightMoment.READY]),
        (Sign.CHECKING, CLASSIC[LightMoment.CHECKING]),
        (Sign.LOCKED, CLASSIC[LightMoment.LOCKED_OUT]),
    ],
)
def test_a_steady_lamp_counts_once_it_could_not_be_blinking(
    expected: Sign, pattern: Pattern
) -> None:
    changes = shown(pattern, phases=1)
    assert sign(changes, 1.0) is Sign.UNCLEAR
    assert sign(changes, 3.0) is expected


def test_lamps_that_were_never_lit_are_dark() -> None:
    assert sign([], 100.0) is Sign.DARK


def test_what_was_shown_before_does_not_count() -> None:
    before = shown(CLASSIC[LightMoment.LOAD], phases=8)
    after = [
        Change(each.at + before[-1].at + 1, each.lamp, each.lit)
        for each in shown(CLASSIC[LightMoment.OPEN], phases=6)
    ]
    assert sign([*before, *after], after[-1].at) is Sign.OPEN
