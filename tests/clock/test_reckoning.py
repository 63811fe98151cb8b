"""What time it is for the box, whatever the wall clock does. Expected values come first."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from boxd.clock import (
    KEPT_WITHIN_S,
    STEP_S,
    ClockReading,
    TimeBase,
    behind_by_s,
    believed,
    duration,
    moved_s,
    time_base_after,
    warning,
)

MORNING = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
HOUR, DAY = 3600.0, 86400.0


@dataclass
class Machine:
    """A machine's clocks, and the true time that nobody on it knows."""

    true: datetime = MORNING
    wall_ahead_s: float = 0.0
    boot: str = "boot-1"
    boot_s: float = 20.0
    is_synchronised: bool = False
    keeps_time: bool = False
    standing: TimeBase | None = None

    @property
    def wall(self) -> datetime:
        return self.true + timedelta(seconds=self.wall_ahead_s)

    @property
    def box_ahead_s(self) -> float:
        """By how much the box's time is ahead of the true one."""
        assert self.standing is not None
        return (self.standing.at(self.boot_s) - self.true).total_seconds()

    def looked(self) -> ClockReading:
        clocks = (self.wall, self.boot, self.boot_s, self.is_synchronised, self.keeps_time)
        return ClockReading(*clocks)

    def look(self) -> TimeBase:
        self.standing = time_base_after(self.standing, self.looked())
        return self.standing

    def go_on(self, seconds: float) -> TimeBase:
        self.true += timedelta(seconds=seconds)
        self.boot_s += seconds
        return self.look()

    def jump(self, seconds: float, *, is_synchronised: bool = False) -> TimeBase:
        self.wall_ahead_s += seconds
        self.is_synchronised = is_synchronised
        return self.look()

    def reboot(self, dark_s: float, wall: datetime) -> TimeBase:
        self.true += timedelta(seconds=dark_s)
        self.wall_ahead_s = (wall - self.true).total_seconds()
        self.boot, self.boot_s, self.is_synchronised = f"{self.boot}+", 15.0, False
        return self.look()


@pytest.fixture
def sure() -> Machine:
    """A box that a time server has told the time, and that has lost the network since."""
    machine = Machine(is_synchronised=True)
    machine.look()
    machine.is_synchronised = False
    return machine


JUMPS_S = [-40 * DAY, -5 * HOUR, -61.0, 61.0, 5 * HOUR, 40 * DAY]


@pytest.mark.parametrize("jump_s", JUMPS_S)
def test_a_jump_that_nothing_confirms_moves_the_box_by_nothing(
    sure: Machine, jump_s: float
) -> None:
    standing = sure.jump(jump_s)
    assert sure.box_ahead_s == pytest.approx(0)
    assert standing.off_s == pytest.approx(jump_s)
    sure.go_on(2 * HOUR)
    assert sure.box_ahead_s == pytest.approx(0)


@pytest.mark.parametrize("jump_s", JUMPS_S)
def test_a_jump_of_a_synchronised_clock_is_believed_in_both_directions(
    sure: Machine, jump_s: float
) -> None:
    before = sure.standing
    standing = sure.jump(jump_s, is_synchronised=True)
    assert sure.box_ahead_s == pytest.approx(jump_s)
    assert (standing.off_s, standing.is_sure) == (0, True)
    assert before is not None
    assert moved_s(before, standing) == pytest.approx(jump_s)


@pytest.mark.parametrize("jump_s", JUMPS_S)
def test_a_jump_that_is_taken_back_leaves_nothing_behind(sure: Machine, jump_s: float) -> None:
    sure.jump(jump_s)
    sure.go_on(HOUR)
    assert sure.jump(-jump_s).off_s == 0
    assert sure.box_ahead_s == pytest.approx(0)


@pytest.mark.parametrize("step_s", [-STEP_S, -1.0, 0.0, 1.0, STEP_S])
def test_small_steps_are_followed(sure: Machine, step_s: float) -> None:
    assert sure.jump(step_s).off_s == 0
    sure.go_on(2 * STEP_S)
    assert sure.box_ahead_s == pytest.approx(step_s)


def test_the_box_never_goes_back_while_it_follows_small_steps(sure: Machine) -> None:
    before = sure.look().at(sure.boot_s)
    assert sure.jump(-STEP_S).at(sure.boot_s) == before


def test_the_first_start_of_a_box_believes_the_clock_but_is_not_sure_of_it() -> None:
    machine = Machine(wall_ahead_s=-400 * DAY)
    assert machine.look().is_sure is False
    assert machine.box_ahead_s == pytest.approx(-400 * DAY)
    assert machine.jump(400 * DAY, is_synchronised=True).is_sure is True
    assert machine.box_ahead_s == pytest.approx(0)


@pytest.mark.parametrize(
    ("wall_s", "keeps_time", "expected_s"),
    [
        pytest.param(-1000 * DAY, False, -10 * HOUR, id="the clock begins in the past"),
        pytest.param(-10 * HOUR - 1800, False, -10 * HOUR, id="half an hour was lost"),
        pytest.param(-10 * HOUR + 5, False, -10 * HOUR + 5, id="saved at the shutdown"),
        pytest.param(0, False, -10 * HOUR, id="nobody knows why it is right"),
        pytest.param(0, True, 0, id="a battery kept it"),
        pytest.param(30 * DAY, False, -10 * HOUR, id="set wrongly before the shutdown"),
    ],
)
def test_after_a_night_the_box_believes_what_can_have_kept_the_time(
    sure: Machine, wall_s: float, keeps_time: bool, expected_s: float
) -> None:
    sure.keeps_time = keeps_time
    night_s = 10 * HOUR
    wall = sure.true + timedelta(seconds=night_s + wall_s)
    sure.reboot(night_s, wall)
    assert sure.box_ahead_s == pytest.approx(expected_s, abs=20)


def test_a_battery_is_not_believed_where_the_clock_was_not_before(sure: Machine) -> None:
    sure.keeps_time = True
    sure.jump(40 * DAY)
    standing = sure.reboot(60, sure.true + timedelta(days=40, seconds=60))
    assert sure.box_ahead_s == pytest.approx(-60, abs=20)
    assert standing.off_s == pytest.approx(40 * DAY, abs=80)


def test_the_clock_may_go_on_for_as_long_as_the_box_writes_its_time_down() -> None:
    machine = Machine()
    machine.look()
    latest = machine.true + timedelta(seconds=KEPT_WITHIN_S)
    assert machine.reboot(KEPT_WITHIN_S, latest).off_s == 0


def test_a_person_is_believed(sure: Machine) -> None:
    sure.jump(5 * HOUR)
    sure.standing = believed(sure.looked(), is_sure=True)
    assert (sure.look().off_s, sure.look().is_sure) == (0, True)
    assert sure.box_ahead_s == pytest.approx(5 * HOUR)


@pytest.mark.parametrize("seed", range(50))
def test_whatever_nobody_confirms_the_boxs_time_only_ever_goes_on(seed: int) -> None:
    chance = random.Random(seed)
    machine = Machine()
    shown = machine.look().at(machine.boot_s)
    for _ in range(200):
        match chance.randrange(4):
            case 0:
                machine.jump(chance.uniform(-50, 50) * chance.choice([1, HOUR, DAY]))
            case 1:
                dark_s = chance.uniform(0, 3 * DAY)
                wall = machine.wall + timedelta(seconds=chance.uniform(-1, 1) * DAY)
                machine.keeps_time = chance.random() < 0.3
                machine.reboot(dark_s, wall)
            case _:
                machine.go_on(chance.uniform(0, HOUR))
        assert machine.standing is not None
        now = machine.standing.at(machine.boot_s)
        assert now >= shown
        shown = now


@pytest.mark.parametrize("seed", range(50))
def test_while_a_time_server_answers_the_box_is_right_whatever_was_before(seed: int) -> None:
    chance = random.Random(seed)
    machine = Machine(wall_ahead_s=chance.uniform(-400, 400) * DAY)
    machine.look()
    for _ in range(20):
        machine.jump(chance.uniform(-9, 9) * HOUR)
        machine.go_on(chance.uniform(0, HOUR))
    machine.jump(-machine.wall_ahead_s, is_synchronised=True)
    assert machine.box_ahead_s == pytest.approx(0)
    assert machine.standing is not None
    assert warning(machine.standing, machine.boot_s) == ""


@pytest.mark.parametrize(
    ("jump_s", "said"),
    [
        (-3 * HOUR, "The clock is 3 h 0 min behind the newest record"),
        (40 * DAY + 2 * HOUR, "The clock is 40 d 2 h ahead of the box's own time"),
    ],
)
def test_people_are_told_which_way_the_clock_is_off_and_what_to_type(
    sure: Machine, jump_s: float, said: str
) -> None:
    text = warning(sure.jump(jump_s), sure.boot_s)
    assert text.startswith(said)
    assert "2026-11-21 09:00 UTC" in text
    assert "timedatectl set-time" in text
    assert "boxd clock trust" in text


@pytest.mark.parametrize(
    ("expected", "seconds"),
    [
        ("42 s", 42),
        ("10 min", 599),
        ("5 h 0 min", 17999.9),
        ("5 h 0 min", 18000),
        ("1 d 1 h", 90000),
        ("40 d 0 h", 40 * DAY),
    ],
)
def test_a_stretch_of_time_is_told_in_the_units_that_matter(expected: str, seconds: float) -> None:
    assert duration(seconds) == expected


@pytest.mark.parametrize(
    ("expected_s", "jump_s"), [(3 * HOUR, -3 * HOUR), (0, 3 * HOUR), (40 * DAY, -40 * DAY)]
)
def test_a_clock_is_behind_by_what_it_lacks_to_the_newest_record(
    sure: Machine, expected_s: float, jump_s: float
) -> None:
    sure.wall_ahead_s += jump_s
    assert behind_by_s(sure.standing, sure.looked()) == pytest.approx(expected_s)
    sure.boot, sure.boot_s = "boot-2", 3.0
    assert behind_by_s(sure.standing, sure.looked()) == pytest.approx(expected_s)


def test_a_synchronised_clock_is_behind_nothing(sure: Machine) -> None:
    sure.wall_ahead_s, sure.is_synchronised = -3 * HOUR, True
    assert behind_by_s(sure.standing, sure.looked()) == 0
    assert behind_by_s(None, sure.looked()) == 0
