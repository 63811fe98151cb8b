"""Power, heat and memory: a Pi's firmware and sensors by trees of files, memory also for real."""

from __future__ import annotations

from pathlib import Path

import pytest

from boxd.doctor.finding import Grade
from tests.doctor.conftest import RestingBox
from tests.doctor.seeing import context, expect, findings, write

THROTTLED = "/sys/devices/platform/soc/soc:firmware/get_throttled"


@pytest.mark.parametrize(
    ("bits", "grade", "words"),
    [
        ("0", Grade.PASSED, "no under-voltage"),
        ("50005", Grade.FAILED, "now: under-voltage, throttling"),
        ("50000", Grade.WARNED, "since the start: under-voltage, throttling"),
        ("4", Grade.WARNED, "now: throttling"),
        ("80008", Grade.WARNED, "measure_temp"),
        ("20002", Grade.WARNED, "a capped frequency"),
    ],
)
def test_power(resting: RestingBox, tmp_path: Path, bits: str, grade: Grade, words: str) -> None:
    write(tmp_path, THROTTLED, f"{bits}\n")
    expect(context(resting.config, root=tmp_path), "Machine", "power", grade, words)


def test_power_told_by_vcgencmd(resting: RestingBox, tmp_path: Path) -> None:
    said: dict[tuple[str, ...], str] = {("vcgencmd", "get_throttled"): "throttled=0x50005"}
    box = context(resting.config, root=tmp_path, run=lambda command: said.get(tuple(command)))
    expect(box, "Machine", "power", Grade.FAILED, "under-voltage", "own power supply")


def test_power_is_skipped_where_there_is_no_pi(resting: RestingBox, tmp_path: Path) -> None:
    box = context(resting.config, root=tmp_path, run=lambda _: None)
    expect(box, "Machine", "power", Grade.SKIPPED)


@pytest.mark.parametrize(
    ("millidegrees", "grade"),
    [(45000, Grade.PASSED), (72500, Grade.WARNED), (83000, Grade.FAILED)],
)
def test_temperature(resting: RestingBox, tmp_path: Path, millidegrees: int, grade: Grade) -> None:
    write(tmp_path, "/sys/class/thermal/thermal_zone0/temp", "31000\n")
    write(tmp_path, "/sys/class/thermal/thermal_zone1/temp", f"{millidegrees}\n")
    box = context(resting.config, root=tmp_path)
    expect(box, "Machine", "temperature", grade, str(millidegrees // 1000))


def test_a_zone_that_is_switched_off_is_no_trouble(resting: RestingBox, tmp_path: Path) -> None:
    write(tmp_path, "/sys/class/thermal/thermal_zone0/temp", "31000\n")
    (tmp_path / "sys/class/thermal/thermal_zone1/temp").mkdir(parents=True)  # can't be read
    box = context(resting.config, root=tmp_path)
    expect(box, "Machine", "temperature", Grade.PASSED, "31 °C")


@pytest.mark.parametrize(
    ("kib", "grade"), [(300_000, Grade.PASSED), (80_000, Grade.WARNED), (20_000, Grade.FAILED)]
)
def test_memory(resting: RestingBox, tmp_path: Path, kib: int, grade: Grade) -> None:
    write(tmp_path, "/proc/meminfo", f"MemTotal: 440000 kB\nMemAvailable: {kib} kB\n")
    box = context(resting.config, root=tmp_path)
    expect(box, "Machine", "memory", grade, f"{kib // 1024} of 429 MiB")


def test_memory_that_programs_were_ended_for(resting: RestingBox, tmp_path: Path) -> None:
    write(tmp_path, "/proc/meminfo", "MemTotal: 440000 kB\nMemAvailable: 300000 kB\n")
    write(tmp_path, "/proc/vmstat", "pgfault 12\noom_kill 2\n")
    box = context(resting.config, root=tmp_path)
    expect(box, "Machine", "memory", Grade.WARNED, "ended 2 programs", "killed process")


def test_this_machine_s_memory(resting: RestingBox) -> None:
    available, *_ = findings(context(resting.config), "Machine", "memory")
    assert available.grade is Grade.PASSED  # whatever was ended for want of it before
    assert "MiB available" in available.seen


@pytest.mark.parametrize(
    ("drawn", "grade", "words"),
    [
        ("", Grade.SKIPPED, "no screen"),
        ("A", Grade.WARNED, "Japanese and emoji"),
        ("Aあ", Grade.WARNED, "boxes for emoji"),
        ("Aあ🎁", Grade.PASSED, ""),
    ],
)
def test_fonts(resting: RestingBox, tmp_path: Path, drawn: str, grade: Grade, words: str) -> None:
    known: dict[tuple[str, ...], str] = {
        ("fc-list", f":charset={ord(sign):x}", "family"): "Some Font" for sign in drawn
    }
    box = context(resting.config, root=tmp_path, run=lambda command: known.get(tuple(command)))
    expect(box, "Machine", "fonts", grade, words)
