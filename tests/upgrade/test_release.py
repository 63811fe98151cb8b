"""A release takes its place among the others whole, for all users, or not at all."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from boxd.errors import BoxdError
from boxd.upgrade.install_paths import InstallPaths
from boxd.upgrade.release import read_release, take

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root: takes root")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A release as `make install` puts it together."""
    folder = tmp_path / "build/release"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin/python").symlink_to(sys.executable)
    (folder / "lib/common/boxd").mkdir(parents=True)
    (folder / "lib/common/boxd/__init__.py").write_text("", encoding="utf-8")
    for name in ("VERSION", "DIGEST"):
        (folder / name).write_text("1.0.0\n", encoding="utf-8")
    return folder


def test_others_may_read_a_release_that_a_strict_root_takes(folder: Path, tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        release, is_new = take(read_release(folder), InstallPaths(tmp_path))
    finally:
        os.umask(before)
    assert is_new
    made = [tmp_path / "opt/boxd", tmp_path / "opt/boxd/releases"]
    made += [path for path in release.folder.rglob("*") if path.is_dir()]
    assert release.folder / "lib/common/boxd/__pycache__" in made
    assert [path for path in made if path.stat().st_mode & 0o005 != 0o005] == []


def test_nothing_is_left_of_a_release_that_can_not_be_copied(folder: Path, tmp_path: Path) -> None:
    os.mkfifo(folder / "lib/no-file")
    places = InstallPaths(tmp_path)
    with pytest.raises(BoxdError, match=r"no-file.*Nothing was stopped or changed"):
        take(read_release(folder), places)
    assert list(places.releases.iterdir()) == []
