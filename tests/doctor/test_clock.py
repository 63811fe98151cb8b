"""The clock: not set by anybody, and behind what was recorded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from boxd.doctor.finding import Grade
from tests.box.booth import Booth
from tests.doctor.conftest import RestingBox
from tests.doctor.seeing import context, expect


def test_a_clock_that_the_network_sets(resting: RestingBox) -> None:
    expect(context(resting.config), "Clock", "network time", Grade.PASSED)


def test_a_clock_that_nobody_has_set(resting: RestingBox) -> None:
    box = context(resting.config, is_synchronised=False)
    expect(box, "Clock", "network time", Grade.WARNED, "timedatectl timesync-status")


def test_a_clock_behind_what_was_recorded(resting: RestingBox) -> None:
    expect(context(resting.config), "Clock", "belief", Grade.PASSED)
    box = context(resting.config, wall=datetime.now(UTC) - timedelta(hours=5, minutes=30))
    expect(box, "Clock", "belief", Grade.WARNED, "5 h ", "timedatectl set-time")


def test_a_running_box_s_own_word(running: Booth) -> None:
    expect(context(running.config), "Clock", "belief", Grade.PASSED, "goes by it")
