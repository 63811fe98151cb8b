"""Disks that forget: what was flushed is there after a cut, and of the rest not all."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from booth.power.disk import PoweredDisk, VolatileDisk
from booth.power.reordering import BLOCK, ReorderingDisk

pytestmark = pytest.mark.proof  # the disks are programs that `make proofs` installs

BLOCKS = 64
FLUSHED, LATER = 0x11, 0x22


@pytest.fixture(params=["volatile", "reordering"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> PoweredDisk:
    for program in ("qemu-io", "nbdkit"):
        if shutil.which(program) is None:
            pytest.skip(f"no {program} to write with: scripts/debian-packages booth")
    platter = tmp_path / "platter"
    platter.write_bytes(bytes(BLOCKS * BLOCK))
    if request.param == "volatile":
        return VolatileDisk(platter, tmp_path)
    return ReorderingDisk(platter, tmp_path, random.Random(7))


def write_and_be_cut_off(disk: PoweredDisk) -> None:
    """Write everything and flush it, write everything again, and lose the power."""
    disk.power_on()
    orders = (f"write -P {FLUSHED} 0 {BLOCKS * BLOCK}", "flush", *_each_block(), "sleep 60000")
    commands = [part for order in orders for part in ("-c", order)]
    writer = subprocess.Popen(
        ["stdbuf", "-oL", "qemu-io", "-f", "raw", "-t", "writeback", *commands, disk.address],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    written = 0
    while written < BLOCKS + 1:
        written += "wrote" in writer.stdout.readline()
    disk.cut()
    writer.kill()
    writer.communicate()


def _each_block() -> list[str]:
    return [f"write -P {LATER} {number * BLOCK} {BLOCK}" for number in range(BLOCKS)]


def test_what_was_flushed_is_kept_and_of_the_rest_not_all(
    disk: PoweredDisk, tmp_path: Path
) -> None:
    write_and_be_cut_off(disk)
    data = (tmp_path / "platter").read_bytes()
    blocks = {data[number * BLOCK :][:BLOCK] for number in range(BLOCKS)}
    assert bytes([FLUSHED]) * BLOCK in blocks
    if isinstance(disk, ReorderingDisk):
        assert blocks == {bytes([value]) * BLOCK for value in (FLUSHED, LATER)}
    else:
        assert len(blocks) == 1


def test_a_disk_has_power_again_after_a_cut(disk: PoweredDisk) -> None:
    write_and_be_cut_off(disk)
    write_and_be_cut_off(disk)


def test_a_dead_disk_takes_nothing(tmp_path: Path) -> None:
    (tmp_path / "platter").write_bytes(bytes(BLOCKS * BLOCK))
    disk = ReorderingDisk(tmp_path / "platter", tmp_path, random.Random(7))
    disk.power_on()
    disk.cut()
    with pytest.raises(OSError, match="no power"):
        disk.write(0, b"\xff" * BLOCK)
    disk.power_on()
    assert disk.read(0, 1) == b"\0"
    disk.cut()


def test_parts_of_blocks_are_put_where_they_belong(tmp_path: Path) -> None:
    platter = tmp_path / "platter"
    platter.write_bytes(bytes(BLOCKS * BLOCK))
    disk = ReorderingDisk(platter, tmp_path, random.Random(7))
    disk.power_on()
    disk.write(BLOCK - 3, b"abcdef")
    assert disk.read(BLOCK - 4, 8) == b"\0abcdef\0"
    disk.flush()
    disk.cut()
    assert platter.read_bytes()[BLOCK - 4 :][:8] == b"\0abcdef\0"
