"""The end of a release's checklist: what is summed up, noted and tagged."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from booth.installed import ROOT

NAMES = ("boxd_1.0_amd64.deb", "boxd_1.0_arm64.deb", "boxd_1.0_amd64.img.zst")
GIT = ("git", "-c", "user.name=x", "-c", "user.email=x@localhost")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A commit that is about to be version 1.0, with everything made."""
    for folder in ("scripts", "boxd", "dist"):
        (tmp_path / folder).mkdir()
    shutil.copy(ROOT / "scripts/release", tmp_path / "scripts/release")
    (tmp_path / "boxd/__init__.py").write_text('__version__ = "1.0"\n')
    text = "# Changelog\n\n## [1.0] - 2027-01-01\n\nCards.\n\n## [0.9] - 2026-01-01\n\nOld.\n"
    (tmp_path / "CHANGELOG.md").write_text(text)
    for name in NAMES:
        (tmp_path / "dist" / name).write_text(name)
    for command in (("init", "-q"), ("add", "boxd"), ("commit", "-q", "-m", "x")):
        subprocess.run([*GIT, *command], cwd=tmp_path, check=True)
    for name in ("user.name", "user.email"):
        subprocess.run(["git", "config", name, "x"], cwd=tmp_path, check=True)
    return tmp_path


def release(clone: Path, start: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["scripts/release"],
        cwd=clone,
        env={"PATH": "/usr/bin:/bin", "HOME": str(clone), "FROM": start},
        capture_output=True,
        text=True,
        check=False,
    )


def test_packages_and_the_cards_image_are_in_the_checksums(clone: Path) -> None:
    done = release(clone, "repository")
    assert done.returncode == 0, done.stderr
    summed = (clone / "dist/SHA256SUMS").read_text()
    assert sorted(line.split()[1] for line in summed.splitlines()) == sorted(NAMES)
    assert (clone / "dist/NOTES.md").read_text().strip() == "Cards."
    tags = subprocess.run(["git", "tag"], cwd=clone, capture_output=True, text=True, check=True)
    assert tags.stdout == "v1.0\n"


def test_a_release_without_the_cards_image_stops_there(clone: Path) -> None:
    (clone / "dist" / NAMES[2]).unlink()
    done = release(clone, "sums")
    assert done.returncode == 1
    assert "make release FROM=sums" in done.stderr
    assert "tag" not in done.stdout
