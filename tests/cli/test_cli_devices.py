"""What `boxd devices` says of states, parts and strangers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from boxd.cli.devices.report import Report
from boxd.config import load
from tests.cli.box_in_thread import BoxInThread
from tests.cli.cli_line import Boxd

DOOR = """\
door = "door-pad.door-1"

[[devices]]
kind = "notes"
name = "door-pad"
port = "Door Pad"
doors = { door-1 = 60 }
ask_state = { control = 119 }
"""
CONTACT = """\

[[devices]]
kind = "gpio"
name = "pins"

[devices.latches]
latch-1 = { pin = 17, on = "high", pulse_ms = 150, feedback = { pin = 27, pull = "up" } }
"""


def test_a_missing_device_is_listed_with_what_to_look_at(boxd: Boxd, box: BoxInThread) -> None:
    box.unplug("board-0")
    said = boxd("devices", "list")
    assert said.code == 0
    assert "unreachable" in said.out
    assert "CodeTV Board 0" in said.out
    assert "keypad, lamps" in said.out
    assert "buzzer, latch" in said.out


def test_a_device_under_test_says_whose(boxd: Boxd, box: BoxInThread) -> None:
    box.begin_test("board-0", "anna (CLI)")
    assert "under test by anna (CLI)" in boxd("devices", "list").out


@pytest.mark.parametrize(
    ("expected", "latch", "more"),
    [
        ("nothing: the operator is asked", "board-0", ""),
        ("the latch's own contact", "pins.latch-1", CONTACT),
        ("door switch door-pad.door-1", "board-0", DOOR),
    ],
)
def test_each_locker_says_who_is_believed(
    boxd: Boxd, config_file: Path, expected: str, latch: str, more: str
) -> None:
    text = config_file.read_text().replace('latch = "board-0"', f'latch = "{latch}"')
    config_file.write_text(text + more)
    box = BoxInThread(load(config_file))
    try:
        listed = boxd("devices", "list").out
        assert expected in listed
        said = "the pulse began" if latch.startswith("pins") else "the board pulsed"
        assert said in listed  # which says nothing of a door
    finally:
        box.stop()


def test_a_script_reads_the_list_as_the_daemon_says_it(boxd: Boxd, box: BoxInThread) -> None:
    shown = box.live.snapshots.snapshot()
    listed = json.loads(boxd("devices", "list", "--json").out)
    assert listed == {"devices": shown["devices"], "strangers": shown["strangers"]}


def test_an_unknown_name_is_not_tested(boxd: Boxd, box: BoxInThread) -> None:
    said = boxd("devices", "test", "board-9")
    assert (said.code, "no device is called 'board-9'; known: board-0" in said.err) == (1, True)


def test_a_report_that_could_not_be_kept_is_refused_before_the_test(
    boxd: Boxd, box: BoxInThread
) -> None:
    said = boxd("devices", "test", "--report", "/nowhere/report.txt")
    assert (said.code, "there is no folder /nowhere" in said.err) == (1, True)


def test_a_report_kept_as_text_tells_who_tested_what_when(tmp_path: Path) -> None:
    report = Report("box-1", "anna (CLI)", "2026-11-21T12:00:00+00:00", "0.1.0")
    report.note("board-0", "standby lamp", "passed")
    report.note("board-0", "keys", "failed", "11 of 12 heard; not heard: 7")
    assert report.as_text().splitlines() == [
        "Test of the devices of box-1, 2026-11-21T12:00:00+00:00, by anna (CLI), boxd 0.1.0",
        "1 passed, 1 failed",
        "",
        "device   part          result  remark",
        "board-0  standby lamp  passed",
        "board-0  keys          failed  11 of 12 heard; not heard: 7",
    ]
    assert not report.is_good


def test_a_test_without_a_person_before_it_is_not_complete(boxd: Boxd, box: BoxInThread) -> None:
    said = boxd("devices", "test")
    assert (said.code, "not complete: nobody answered any more" in said.out) == (1, True)
