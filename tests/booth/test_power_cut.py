"""A short form of `make power-cuts`: a box that is cut off comes back, a careless one is caught."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from booth.container import ContainerError
from booth.power.controls import without_barriers
from booth.power.disk import DiskError
from booth.power.rounds import Socket
from booth.power.steps import STEPS, Aim, Kind
from booth.power.system import make_system

PROGRAMS = ("nbdkit", "qemu-storage-daemon", "e2fsck", "losetup")


@pytest.fixture(scope="module")
def system(debian: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Path]]:
    """What the boxes boot from."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        pytest.skip(f"no {', '.join(missing)} for power cuts: scripts/debian-packages booth")
    if not os.access("/dev/fuse", os.W_OK) or not Path("/dev/loop-control").exists():
        pytest.skip(
            "a disk that forgets takes /dev/fuse and /dev/loop-control; this machine lacks one"
        )
    folder = tmp_path_factory.mktemp("system")
    try:
        yield make_system(debian, folder)
    except (ContainerError, PermissionError) as error:
        pytest.skip(f"no container can be had here: {error}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def socket(system: list[Path], tmp_path: Path) -> Iterator[Socket]:
    """A box at its socket, with an empty card."""
    made = Socket(system, tmp_path)
    yield made
    made.close()
    shutil.rmtree(tmp_path, ignore_errors=True)


def aim(kind: Kind, name: str, part: float) -> Aim:
    step = next(each for each in STEPS if (each.kind, each.name) == (kind, name))
    return Aim(step, part)


def test_a_box_comes_back_by_itself_and_has_lost_nothing(socket: Socket) -> None:
    for each in (
        aim(Kind.FIRST_START, "power on", 0.8),
        aim(Kind.REDEMPTION, "confirmation", 0.5),
        aim(Kind.START, "power on", 0.9),  # after a stop in good order
    ):
        fallen = socket.play(each)
        assert fallen.faults == (), fallen.where


def test_a_disk_that_is_never_flushed_is_found_out(system: list[Path], tmp_path: Path) -> None:
    try:
        fallen = without_barriers(system, tmp_path)
    except DiskError as error:
        pytest.fail(str(error))
    finally:
        shutil.rmtree(tmp_path, ignore_errors=True)
    assert any("what was acknowledged is kept" in fault for fault in fallen.faults), fallen
    assert fallen.lost_bytes > 0
