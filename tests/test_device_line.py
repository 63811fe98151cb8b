"""A device's line: its faults are counted for an hour, and a restart at a pulse is told apart."""

from __future__ import annotations

import pytest

from boxd.device_line import DeviceLine, LineFault


class Hours:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_faults_are_counted_for_an_hour_and_for_ever() -> None:
    clock = Hours()
    line = DeviceLine(clock)
    line.note(LineFault.RETRY)
    clock.now += 1800
    line.note(LineFault.RETRY, 2)
    line.note(LineFault.BAD_FRAME)
    assert line.last_hour() == {LineFault.RETRY: 3, LineFault.BAD_FRAME: 1}
    clock.now += 1900
    assert line.last_hour() == {LineFault.RETRY: 2, LineFault.BAD_FRAME: 1}
    clock.now += 3600
    assert line.last_hour() == {}
    assert line.ever() == {LineFault.RETRY: 3, LineFault.BAD_FRAME: 1}


@pytest.mark.parametrize(("after_s", "at_pulse"), [(0.5, 1), (2.9, 1), (3.5, 0)])
def test_a_restart_right_after_a_pulse_is_counted_as_that(after_s: float, at_pulse: int) -> None:
    clock = Hours()
    line = DeviceLine(clock)
    line.note_pulse()
    clock.now += after_s
    line.note_reset()
    assert line.last_hour().get(LineFault.RESET_AT_PULSE, 0) == at_pulse


def test_a_plug_that_a_person_pulled_is_no_restart() -> None:
    line = DeviceLine()
    line.note_return()
    assert line.last_hour() == {}
