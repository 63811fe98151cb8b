"""What this machine's clocks say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from boxd.machine_clock import boot_s, has_kept_time, look, was_set_by_timesyncd
from tests.clock.turned import TurnedClock, needs_x86

NOW = 1_800_000_000.0
SAY = "from boxd.machine_clock import look; print(look().is_synchronised, look().wall.timestamp())"


def test_the_boot_clock_goes_on_between_two_looks() -> None:
    first, second = look(), look()
    assert first.boot == second.boot
    assert first.boot_s <= second.boot_s <= boot_s()


@pytest.mark.parametrize(
    ("expected", "touched_s"),
    [(True, -1), (True, -2048), (False, -18000), (False, 18000)],
    ids=["just now", "at the last round", "before a jump ahead", "before a jump back"],
)
def test_timesyncd_is_believed_while_its_word_is_fresh(
    tmp_path: Path, expected: bool, touched_s: float
) -> None:
    file = tmp_path / "synchronized"
    file.touch()
    os.utime(file, (NOW + touched_s, NOW + touched_s))
    assert was_set_by_timesyncd(NOW, file) is expected


def test_without_timesyncd_nothing_is_synchronised(tmp_path: Path) -> None:
    assert was_set_by_timesyncd(NOW, tmp_path / "synchronized") is False


@pytest.mark.parametrize(
    ("expected", "hctosys", "since_epoch"),
    [
        pytest.param(True, "1", NOW - 2, id="with its battery"),
        pytest.param(True, "1", NOW + 7200, id="in local time"),
        pytest.param(False, "1", 60, id="a Pi 5 without a battery"),
        pytest.param(False, "1", "", id="it says that it has lost the time"),
        pytest.param(False, "0", NOW - 2, id="set later, from the kernel's"),
    ],
)
def test_a_clock_has_kept_the_time_if_it_set_the_kernel_s_and_has_it_still(
    tmp_path: Path, expected: bool, hctosys: str, since_epoch: float | str
) -> None:
    rtc = tmp_path / "rtc0"
    rtc.mkdir()
    (rtc / "hctosys").write_text(f"{hctosys}\n")
    told = since_epoch if isinstance(since_epoch, str) else f"{since_epoch:.0f}"
    (rtc / "since_epoch").write_text(f"{told}\n")
    assert has_kept_time(NOW, tmp_path) is expected


@needs_x86
@pytest.mark.parametrize("is_synchronised", [True, False])
def test_the_kernel_says_whether_its_clock_is_synchronised(
    turned_program: Path, tmp_path: Path, is_synchronised: bool
) -> None:
    clock = TurnedClock(turned_program, tmp_path / "clock")
    clock.turn(1000 * 86400.0, is_synchronised=is_synchronised)
    asked = [*clock.launcher, sys.executable, "-c", SAY]
    said, wall = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()
    assert said == str(is_synchronised)
    assert float(wall) - look().wall.timestamp() == pytest.approx(1000 * 86400, abs=60)
