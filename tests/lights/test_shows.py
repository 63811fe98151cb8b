"""Every show that comes with boxd keeps its promises, and asks no more of a board than it takes."""

from __future__ import annotations

import pytest

from boxd.bays.lamps import LampPlayer
from boxd.lights.moments import RULES, LightMoment, pattern_faults
from boxd.lights.pattern import Pattern, step_of, step_text
from boxd.lights.shows import ABOUT, ABOUT_MOMENT, ShowName, pattern_at, show_named
from tests.bays.parts import HandClock, RecordingLamps

PATTERNS = [
    pytest.param(moment, pattern, id=f"{name}-{moment}")
    for name in ShowName
    for moment, pattern in show_named(name).items()
]
A_PULSE_S = 0.1  # a board is deaf for so long
MOST_WAITING = 6  # messages for a board that is deaf


def test_every_show_has_every_moment_and_words_for_it() -> None:
    assert {frozenset(show_named(name)) for name in ShowName} == {frozenset(LightMoment)}
    assert set(ABOUT) == set(ShowName)
    assert set(ABOUT_MOMENT) == set(RULES) == set(LightMoment)


@pytest.mark.parametrize(("moment", "pattern"), PATTERNS)
def test_a_pattern_keeps_to_the_rules_of_its_moment(moment: LightMoment, pattern: Pattern) -> None:
    assert list(pattern_faults(moment, pattern)) == []


@pytest.mark.parametrize(("moment", "pattern"), PATTERNS)
def test_a_board_gets_no_more_messages_than_it_takes(moment: LightMoment, pattern: Pattern) -> None:
    clock, lamps = HandClock(), RecordingLamps()
    player = LampPlayer(lamps.by_name(), clock)
    player.show(pattern)
    at: list[float] = []
    for _ in range(500):
        clock.advance(0.01)
        at += [clock.time()] * len(lamps.sent)
        lamps.sent.clear()
    a_second = max((sum(1 for other in at if each <= other < each + 1) for each in at), default=0)
    assert a_second <= 60
    if moment is LightMoment.OPENING:
        pulse = [sum(1 for other in at if each <= other < each + A_PULSE_S) for each in at]
        assert max(pulse, default=0) <= MOST_WAITING


def test_the_flourish_of_an_open_locker_lasts_a_second_at_least() -> None:
    for name in ShowName:
        opened = show_named(name)[LightMoment.OPENED]
        assert opened.once_ms * (opened.repeats or 1) >= 1000


@pytest.mark.parametrize("text", ["success", "standby+success 120", "dark 80"])
def test_a_step_is_written_as_it_is_read(text: str) -> None:
    assert step_text(step_of(text)) == text


@pytest.mark.parametrize(
    ("moment", "steps", "said"),
    [
        (
            LightMoment.ACCEPTED,
            ["standby 100", "success 100"],
            "its first step has to light success",
        ),
        (LightMoment.REFUSED, ["failure 100", "success 100"], "success would say the opposite"),
        (LightMoment.READY, ["success 20", "dark 20"], "a step of 20 ms is shorter than 50 ms"),
        (LightMoment.OPENING, ["success 60", "dark 60"], "a step of 60 ms is shorter than 100 ms"),
        (LightMoment.GIVEN, ["success 6000"], "it takes 6000 ms, and this moment has 5000 ms"),
        (LightMoment.OPEN, ["success 100", "dark 100"] * 20, "40 steps are more than 32"),
    ],
)
def test_a_pattern_that_breaks_a_promise_is_told(
    moment: LightMoment, steps: list[str], said: str
) -> None:
    (fault,) = pattern_faults(moment, pattern_at(moment, steps))
    assert fault.startswith(said)
