"""A change of a contact counts once it has lasted, however its edges come."""

from __future__ import annotations

import random

import pytest

from boxd.debounce import Debounce
from tests.bays.parts import HandClock

DEBOUNCE_MS = 25


class Switch:
    """A contact whose level is moved by hand, with a debounce that follows it.

    `heard` is each settled level with the milliseconds since the beginning at which it was told;
    `since` the milliseconds at which each is said to have begun.
    """

    def __init__(self, level: bool = False) -> None:
        self.clock = HandClock()
        self.begun = self.clock.time()
        self.level = level
        self.can_be_read = True
        self.heard: list[tuple[bool, int]] = []
        self.since: list[int] = []
        self.debounce = Debounce(DEBOUNCE_MS / 1000, self.clock, self._probe, self._settled)
        self.debounce.look(level)

    def move(self, level: bool, *, is_missed: bool = False) -> None:
        self.level = level
        if not is_missed:
            self.debounce.edge(level, self.clock.time())

    def wait(self, ms: float) -> None:
        self.clock.advance(ms / 1000)

    def _probe(self) -> bool | None:
        return self.level if self.can_be_read else None

    def _settled(self, level: bool, at: float) -> None:
        self.heard.append((level, round((self.clock.time() - self.begun) * 1000)))
        self.since.append(round((at - self.begun) * 1000))


def settled_switch(level: bool = False) -> Switch:
    """A switch whose first level has settled and been told, at the time 100 ms."""
    switch = Switch(level)
    switch.wait(100)
    assert switch.heard == [(level, DEBOUNCE_MS)]
    switch.heard.clear()
    switch.since.clear()
    return switch


def bounce(switch: Switch, level: bool, gaps_ms: list[float]) -> None:
    """Move to `level` with a break before each gap; ends with `level`."""
    switch.move(level)
    for gap in gaps_ms:
        switch.wait(gap / 2)
        switch.move(not level)
        switch.wait(gap / 2)
        switch.move(level)


@pytest.mark.parametrize("level", [True, False])
def test_the_first_level_is_told_once_it_has_lasted(level: bool) -> None:
    switch = Switch(level)
    switch.wait(DEBOUNCE_MS - 1)
    assert switch.heard == []
    switch.wait(1)
    assert switch.heard == [(level, DEBOUNCE_MS)]


@pytest.mark.parametrize("train_ms", [5, 20])
@pytest.mark.parametrize("level", [True, False])
def test_five_bounces_are_one_change_and_their_end_is_its_beginning(
    train_ms: int, level: bool
) -> None:
    switch = settled_switch(not level)
    bounce(switch, level, [train_ms / 5] * 5)
    switch.wait(200)
    assert switch.heard == [(level, 100 + train_ms + DEBOUNCE_MS)]
    assert switch.since == [100 + train_ms]


def test_a_change_that_lasts_exactly_long_enough_counts() -> None:
    switch = settled_switch()
    switch.move(True)
    switch.wait(DEBOUNCE_MS)
    switch.move(False)
    switch.wait(100)
    assert switch.heard == [(True, 125), (False, 150)]


def test_a_change_that_lasts_a_millisecond_less_never_counts() -> None:
    switch = settled_switch()
    for _ in range(50):
        switch.move(True)
        switch.wait(DEBOUNCE_MS - 1)
        switch.move(False)
        switch.wait(DEBOUNCE_MS - 1)
    switch.wait(100)
    assert switch.heard == []


def test_a_contact_that_never_rests_never_counts_and_one_that_rests_again_does() -> None:
    switch = settled_switch()
    for step in range(500):
        switch.move(step % 2 == 0)
        switch.wait(3)
    assert switch.heard == []
    switch.move(True)
    switch.wait(100)
    assert switch.heard == [(True, 1600 + DEBOUNCE_MS)]


@pytest.mark.parametrize("lasted_ms", [24, 25])
def test_edges_that_are_heard_of_late_count_by_their_own_times(lasted_ms: int) -> None:
    switch = settled_switch()
    begun = switch.clock.time()
    switch.wait(80)  # the event loop was busy
    switch.debounce.edge(True, begun)
    switch.debounce.edge(False, begun + lasted_ms / 1000)
    switch.wait(100)
    assert [level for level, _ in switch.heard] == ([True, False] if lasted_ms == 25 else [])


def test_a_change_whose_time_is_over_when_it_is_heard_of_counts_at_once() -> None:
    switch = settled_switch()
    begun = switch.clock.time()
    switch.level = True
    switch.wait(80)
    switch.debounce.edge(True, begun)
    switch.wait(0)
    assert (switch.heard, switch.since) == ([(True, 180)], [100])


def test_a_missed_edge_is_found_by_the_next_look() -> None:
    switch = settled_switch()
    switch.move(True, is_missed=True)
    switch.wait(100)
    assert switch.heard == []
    switch.debounce.look(switch.level)
    switch.wait(100)
    assert switch.heard == [(True, 200 + DEBOUNCE_MS)]


def test_a_glitch_whose_end_was_missed_does_not_count() -> None:
    switch = settled_switch()
    switch.move(True)
    switch.wait(5)
    switch.move(False, is_missed=True)
    switch.wait(200)
    assert switch.heard == []


def test_an_edge_to_the_level_it_had_tells_of_a_break() -> None:
    switch = settled_switch()
    switch.move(True)
    switch.wait(20)
    switch.move(False, is_missed=True)
    switch.wait(2)
    switch.move(True)
    switch.wait(100)
    assert switch.heard == [(True, 100 + 22 + DEBOUNCE_MS)]


def test_a_look_that_finds_nothing_new_breaks_nothing() -> None:
    switch = settled_switch()
    switch.move(True)
    for _ in range(5):
        switch.wait(4)
        switch.debounce.look(switch.level)
    switch.wait(100)
    assert switch.heard == [(True, 100 + DEBOUNCE_MS)]


def test_a_level_that_can_not_be_read_does_not_count_until_it_can() -> None:
    switch = settled_switch()
    switch.can_be_read = False
    switch.move(True)
    switch.wait(200)
    assert switch.heard == []
    switch.debounce.look(switch.level)
    assert switch.heard == [(True, 300)]


def test_after_a_stop_nothing_is_told_and_no_timer_stays() -> None:
    switch = settled_switch()
    switch.move(True)
    switch.debounce.stop()
    assert switch.clock.pending == 0
    switch.wait(100)
    assert switch.heard == []


def test_no_timer_runs_while_nothing_moves() -> None:
    switch = settled_switch()
    switch.move(True)
    switch.wait(100)
    assert switch.clock.pending == 0


@pytest.mark.parametrize("seed", range(60))
def test_whatever_was_missed_the_last_level_is_the_one_that_counts(seed: int) -> None:
    chance = random.Random(seed)
    switch = settled_switch()
    for _ in range(60):
        switch.move(chance.random() < 0.5, is_missed=chance.random() < 0.3)
        switch.wait(chance.choice([0.1, 2, 10, 24, 25, 26, 60]))
    switch.debounce.look(switch.level)
    switch.wait(DEBOUNCE_MS)
    told = [level for level, _ in switch.heard]
    assert (told[-1] if told else False) is switch.level
    assert all(before != after for before, after in zip([False, *told], told, strict=False))
