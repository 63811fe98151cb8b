"""What `boxd devices` says of states, parts and strangers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_box import BoxInMemory
from cli_line import Boxd

from boxd.cli.devices.report import Report

STRANGER = {"kind": "codetv", "port": "CodeTV Board 2", "remedy": ""}
LINE = {"kind": "serial", "port": "/dev/serial/by-id/usb-x", "remedy": "an Arduino?"}


def test_a_missing_device_is_listed_with_what_to_look_at(boxd: Boxd, box: BoxInMemory) -> None:
    said = boxd("devices", "list")
    assert said.code == 0
    assert "unreachable" in said.out
    assert "no port of that name" in said.out
    assert "4 keys, lamps standby, buzzer, latch" in said.out


def test_a_device_under_test_says_whose(boxd: Boxd, box: BoxInMemory) -> None:
    box.shown["devices"][0]["tested_by"] = "anna (CLI)"
    assert "under test by anna (CLI)" in boxd("devices", "list").out


@pytest.mark.parametrize(
    ("expected", "feedback", "doors"),
    [
        ("nothing: the operator is asked", None, []),
        ("the latch's own contact", "closed", []),
        (
            "door switch board-1.door-1",
            "closed",
            [{"name": "door-1", "state": "open", "locker": 1}],
        ),
    ],
)
def test_each_locker_says_who_is_believed(
    boxd: Boxd, box: BoxInMemory, expected: str, feedback: str | None, doors: list[object]
) -> None:
    parts = box.shown["devices"][0]["parts"]
    parts["latches"][0]["feedback"] = feedback
    parts["doors"] = doors
    assert expected in boxd("devices", "list").out


@pytest.mark.parametrize(
    ("expected", "stranger"),
    [
        ('kind = "codetv"\nname = "board-2"\nport = "CodeTV Board 2"', STRANGER),
        ('kind = "arduino"\nname = "arduino-1"\nport = "/dev/serial/by-id/usb-x"', LINE),
    ],
)
def test_a_stranger_is_listed_with_what_to_write_into_the_configuration(
    boxd: Boxd, box: BoxInMemory, config_file: Path, expected: str, stranger: dict[str, str]
) -> None:
    box.shown["strangers"] = [stranger]
    said = boxd("devices", "list").out
    assert f"write into {config_file}" in said
    assert f"[[devices]]\n{expected}" in said


def test_a_script_reads_the_list_as_the_daemon_says_it(boxd: Boxd, box: BoxInMemory) -> None:
    box.shown["strangers"] = [STRANGER]
    listed = json.loads(boxd("devices", "list", "--json").out)
    assert listed == {"devices": box.shown["devices"], "strangers": [STRANGER]}


def test_an_unknown_name_is_not_tested(boxd: Boxd, box: BoxInMemory) -> None:
    said = boxd("devices", "test", "board-9")
    assert (said.code, "no device is called 'board-9'; known: board-1" in said.err) == (1, True)


def test_a_report_that_could_not_be_kept_is_refused_before_the_test(
    boxd: Boxd, box: BoxInMemory
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


def test_a_test_without_a_person_before_it_is_not_complete(boxd: Boxd, box: BoxInMemory) -> None:
    box.shown["devices"][0] |= {"name": "board-0", "state": "ready", "why": ""}
    said = boxd("devices", "test")
    assert (said.code, "not complete: nobody answered any more" in said.out) == (1, True)
