"""The configuration that a new box gets is a good one, and is there after a power cut."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from boxd.config import load
from boxd.upgrade import system
from boxd.upgrade.install_paths import InstallPaths
from boxd.upgrade.release import Release


def test_the_template_is_the_manual_for_a_box_that_systemd_runs(tmp_path: Path) -> None:
    printed = subprocess.run(["install/template"], check=True, capture_output=True, text=True)
    file = tmp_path / "boxd.toml"
    file.write_text(printed.stdout, encoding="utf-8")

    config = load(file)

    assert config.temporal.own_unit
    assert config.socket_file == Path("/run/boxd/boxd.sock")
    assert config.box.state_dir == Path("/var/lib/boxd")
    assert not config.simulation.enabled


@pytest.mark.skipif(os.geteuid() != 0, reason="gives a file to root: takes root")
def test_a_power_cut_after_the_first_installation_leaves_no_empty_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = Release(tmp_path / "release", "1.0.0", "1")
    (release.folder / "share").mkdir(parents=True)
    (release.folder / "share/boxd.toml").write_text("# the manual\n", encoding="utf-8")
    places, flushed = InstallPaths(tmp_path), []
    monkeypatch.setattr(system, "USER", "root")
    keep = os.fsync

    def note(descriptor: int) -> None:
        flushed.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        keep(descriptor)

    monkeypatch.setattr(os, "fsync", note)

    assert system.make_configuration(release, places)

    assert places.config_file.read_text(encoding="utf-8") == "# the manual\n"
    assert flushed == [".boxd.toml.new", "boxd"]
