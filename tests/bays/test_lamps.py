"""Patterns light the lamps that they declare, the first step at once."""

from __future__ import annotations

import asyncio

import pytest

from boxd.bays.lamps import DARK, LampPlayer
from boxd.devices import LampName
from boxd.lights.moments import LightMoment
from boxd.lights.pattern import Pattern
from boxd.lights.shows import ShowName, show_named

from .parts import HandClock, RecordingLamps, until

CLASSIC = show_named(ShowName.CLASSIC)
PATTERNS = [DARK, *CLASSIC.values()]


class Stage:
    def __init__(self) -> None:
        self.clock = HandClock()
        self.lamps = RecordingLamps()
        self.player = LampPlayer(self.lamps.by_name(), self.clock)


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
def test_the_first_step_is_lit_before_show_returns(stage: Stage, pattern: Pattern) -> None:
    stage.player.show(pattern)
    assert stage.lamps.lit == {name.value for name in pattern.steps[0][0]}


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
def test_patterns_have_a_name_of_their_own_and_steps_that_last(pattern: Pattern) -> None:
    assert [other.name for other in PATTERNS].count(pattern.name) == 1
    assert pattern.is_steady or all(milliseconds > 0 for _, milliseconds in pattern.steps)


def test_all_lamps_are_told_at_first_then_only_changes(stage: Stage) -> None:
    stage.player.show(CLASSIC[LightMoment.READY])
    assert sorted(stage.lamps.sent) == [("failure", False), ("standby", False), ("success", True)]
    stage.lamps.sent.clear()
    stage.player.show(CLASSIC[LightMoment.CHECKING])
    assert sorted(stage.lamps.sent) == [("standby", True), ("success", False)]


def test_a_steady_pattern_sends_nothing_more_and_keeps_no_timer(stage: Stage) -> None:
    stage.player.show(CLASSIC[LightMoment.READY])
    stage.lamps.sent.clear()
    stage.clock.advance(3600)
    assert stage.lamps.sent == []
    assert stage.clock.pending == 0


@pytest.mark.parametrize(
    ("pattern", "lamp", "edges_in_ten_s"),
    [
        (CLASSIC[LightMoment.LOAD], "standby", 20),
        (CLASSIC[LightMoment.ATTENTION], "standby", 40),
        (CLASSIC[LightMoment.OPEN], "success", 40),
        (CLASSIC[LightMoment.REFUSED], "failure", 80),
        (CLASSIC[LightMoment.OUT_OF_SERVICE], "failure", 10),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_blinking_patterns_keep_their_rate(
    stage: Stage, pattern: Pattern, lamp: str, edges_in_ten_s: int
) -> None:
    stage.player.show(pattern)
    stage.lamps.sent.clear()
    stage.clock.advance(10.01)
    assert {name for name, _ in stage.lamps.sent} == {lamp}
    assert len(stage.lamps.sent) == edges_in_ten_s


def test_showing_the_same_pattern_again_keeps_its_rhythm(stage: Stage) -> None:
    stage.player.show(CLASSIC[LightMoment.LOAD])
    for _ in range(10):
        stage.clock.advance(0.31)
        stage.player.show(CLASSIC[LightMoment.LOAD])
    assert stage.clock.pending == 1
    assert stage.lamps.lit == {"standby"}, "three seconds are three whole periods"


def test_what_goes_first_goes_over_into_the_pattern(stage: Stage) -> None:
    stage.player.show(CLASSIC[LightMoment.CHECKING])
    stage.player.show(CLASSIC[LightMoment.LOAD], first=CLASSIC[LightMoment.ACCEPTED])
    assert stage.lamps.lit == {"success", "standby"}
    assert stage.player.current == "load"
    stage.clock.advance(0.7)
    assert stage.lamps.lit == {"standby"}
    stage.clock.advance(0.5)
    assert stage.lamps.lit == set()


def test_what_is_played_over_a_pattern_gives_way_to_it_again(stage: Stage) -> None:
    stage.player.show(CLASSIC[LightMoment.READY])
    stage.player.play_over(CLASSIC[LightMoment.BLIP])
    assert stage.lamps.lit == {"failure"}
    stage.player.show(CLASSIC[LightMoment.READY])
    assert stage.lamps.lit == {"failure"}, "it is not cut short by what was shown before"
    stage.clock.advance(0.2)
    assert stage.lamps.lit == {"success"}


def test_a_new_pattern_does_not_wait_for_what_is_played_over_the_old(stage: Stage) -> None:
    stage.player.show(CLASSIC[LightMoment.READY])
    stage.player.play_over(CLASSIC[LightMoment.REMINDER])
    stage.player.show(CLASSIC[LightMoment.CHECKING])
    assert stage.lamps.lit == {"standby"}
    stage.clock.advance(5)
    assert stage.lamps.lit == {"standby"}


def test_stopping_puts_everything_out_for_good(stage: Stage) -> None:
    stage.player.show(CLASSIC[LightMoment.REFUSED])
    stage.player.stop()
    stage.clock.advance(5)
    assert stage.lamps.lit == set()
    assert stage.clock.pending == 0


async def test_an_event_loop_is_a_clock_to_play_by() -> None:
    recording = RecordingLamps()
    player = LampPlayer(recording.by_name(), asyncio.get_running_loop())
    player.show(CLASSIC[LightMoment.REFUSED])
    await until(lambda: recording.sent.count(("failure", True)) >= 3)
    player.stop()
    assert set(recording.by_name()) == set(LampName)
    assert recording.lit == set()
