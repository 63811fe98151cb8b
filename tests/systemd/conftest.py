"""Boxes under a real systemd, or a plain reason why there are none here."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from booth.container import why_impossible
from booth.installed import ROOT, install
from tests.made_once import made_once
from tests.systemd.installed import InstalledBox


@pytest.fixture(scope="session")
def debian() -> Path:
    """A plain Debian 12 in a folder, made once and kept in the booth's cache."""
    return plain_debian("bookworm")


def plain_debian(suite: str) -> Path:
    """The folder of a plain Debian; skips the test if there is none to be had."""
    if os.geteuid() != 0:
        pytest.skip("a container with systemd takes root")
    if why := why_impossible():
        pytest.skip(f"no container with systemd can be had here: {why}")
    if shutil.which("mmdebstrap") is None:
        pytest.skip("no mmdebstrap to make a Debian with: scripts/debian-packages booth")
    made = subprocess.run(
        ["make", "--silent", "--directory", ROOT / "booth", "root", f"SUITE={suite}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"no Debian could be made: {made.stderr.strip()[-500:]}")
    return Path(made.stdout.strip())


@pytest.fixture(scope="session")
def installed() -> Path:
    """A layer with boxd as its package installs it."""
    return made_once("installed", install)


@pytest.fixture
def new_box(debian: Path, installed: Path, tmp_path: Path) -> Iterator[Callable[[], InstalledBox]]:
    """Makes boxes that are booted, with nothing of boxd's started."""
    made: list[InstalledBox] = []

    def make() -> InstalledBox:
        box = InstalledBox([installed, debian], tmp_path / f"box-{len(made)}")
        made.append(box)
        box.boot()
        return box

    yield make
    for box in made:
        box.forget()


@pytest.fixture
def box(new_box: Callable[[], InstalledBox]) -> InstalledBox:
    """A booted box, with nothing of boxd's started."""
    return new_box()
