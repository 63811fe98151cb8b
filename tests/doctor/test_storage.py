"""Disks: full, without room for files and read-only for real; counted errors and wear by files."""

from __future__ import annotations

from pathlib import Path

import pytest

from boxd.doctor.finding import Grade
from tests.doctor.conftest import RestingBox
from tests.doctor.mounting import quoted, with_mounts
from tests.doctor.seeing import by_command, context, expect, lines_of, write


def test_a_disk_with_room(resting: RestingBox) -> None:
    expect(context(resting.config), "Storage", "space", Grade.PASSED, "MiB free")
    expect(context(resting.config), "Storage", "writable", Grade.PASSED)


def test_a_disk_that_is_full(resting: RestingBox) -> None:
    disk = f"mount -t tmpfs -o size=80M disk {quoted(resting.state)}"
    fill = f"head -c 70M /dev/zero > {quoted(resting.state)}/something"
    code, found = by_command(resting.config, *with_mounts(f"{disk}; {fill}"))
    (line,) = lines_of(found, "Storage", "space")
    assert (code, line["grade"]) == (1, "failed")
    assert "10 of 80 MiB free" in line["seen"]
    assert "sudo du -xh" in line["remedy"]


def test_a_disk_that_is_nearly_full(resting: RestingBox) -> None:
    disk = f"mount -t tmpfs -o size=200M disk {quoted(resting.state)}"
    _, found = by_command(resting.config, *with_mounts(disk))
    assert lines_of(found, "Storage", "space")[0]["grade"] == "warned"


def test_a_disk_without_room_for_files(resting: RestingBox) -> None:
    disk = f"mount -t tmpfs -o size=1G,nr_inodes=100 disk {quoted(resting.state)}"
    _, found = by_command(resting.config, *with_mounts(disk))
    (line,) = lines_of(found, "Storage", "space")
    assert line["grade"] == "failed"
    assert "99 more files only" in line["seen"]


def test_a_stick_for_backups_that_is_full(resting: RestingBox) -> None:
    disk = f"mount -t tmpfs -o size=20M disk {quoted(resting.state / 'backups')}"
    _, found = by_command(resting.config, *with_mounts(disk))
    grades = {line["seen"].partition(":")[0]: line["grade"] for line in found["checks"]}
    assert grades[str(resting.state)] == "passed"
    assert grades[str(resting.state / "backups")] == "failed"


def test_a_file_system_that_is_read_only(resting: RestingBox) -> None:
    state = quoted(resting.state)
    again = f"mount --bind {state} {state}; mount -o remount,bind,ro {state}"
    code, found = by_command(resting.config, *with_mounts(again))
    (line,) = lines_of(found, "Storage", "writable")
    assert (code, line["grade"]) == (1, "failed")
    assert f"mount -o remount,rw {resting.state}" in line["remedy"]
    assert [each["grade"] for each in lines_of(found, "Ledger", "integrity")] == ["passed"]


@pytest.mark.parametrize(("errors", "grade"), [("0", Grade.PASSED), ("3", Grade.FAILED)])
def test_errors_that_ext4_counted(
    resting: RestingBox, tmp_path: Path, errors: str, grade: Grade
) -> None:
    write(tmp_path, "/sys/fs/ext4/mmcblk0p1/errors_count", "0\n")
    write(tmp_path, "/sys/fs/ext4/mmcblk0p2/errors_count", f"{errors}\n")
    expect(context(resting.config, root=tmp_path), "Storage", "file system", grade, "mmcblk0p2")


@pytest.mark.parametrize(
    ("life", "end", "grade", "words"),
    [
        ("0x01 0x02", "0x01", Grade.PASSED, "20 % of its life used"),
        ("0x09 0x03", "0x01", Grade.WARNED, "90 %"),
        ("0x0b 0x03", "0x01", Grade.FAILED, "beyond its rated life"),
        ("0x01 0x01", "0x02", Grade.WARNED, "then a new card"),
        ("0x01 0x01", "0x03", Grade.FAILED, "spare blocks are gone"),
    ],
)
def test_wear_of_emmc(
    resting: RestingBox, tmp_path: Path, life: str, end: str, grade: Grade, words: str
) -> None:
    write(tmp_path, "/sys/block/mmcblk0/device/life_time", f"{life}\n")
    write(tmp_path, "/sys/block/mmcblk0/device/pre_eol_info", f"{end}\n")
    write(tmp_path, "/sys/block/mmcblk0boot0/device/life_time", "0x0b 0x0b\n")
    expect(context(resting.config, root=tmp_path), "Storage", "wear", grade, words)


@pytest.mark.parametrize(("gib", "grade"), [(40, Grade.PASSED), (9000, Grade.WARNED)])
def test_wear_of_a_card(resting: RestingBox, tmp_path: Path, gib: int, grade: Grade) -> None:
    write(tmp_path, "/sys/block/mmcblk0/size", f"{29 * 2**30 // 512}\n")
    write(tmp_path, "/sys/block/mmcblk0/device/name", "SC32G\n")
    write(tmp_path, "/sys/block/mmcblk0/device/manfid", "0x000003\n")
    write(tmp_path, "/sys/fs/ext4/mmcblk0p2/lifetime_write_kbytes", f"{gib * 2**20}\n")
    box = context(resting.config, root=tmp_path)
    expect(box, "Storage", "wear", grade, "SC32G", f"{gib} GiB written")
