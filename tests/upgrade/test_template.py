"""The configuration that a new box gets is a good one."""

from __future__ import annotations

import subprocess
from pathlib import Path

from boxd.config import load


def test_the_template_is_the_manual_for_a_box_that_systemd_runs(tmp_path: Path) -> None:
    printed = subprocess.run(["install/template"], check=True, capture_output=True, text=True)
    file = tmp_path / "boxd.toml"
    file.write_text(printed.stdout, encoding="utf-8")

    config = load(file)

    assert config.temporal.own_unit
    assert config.socket_file == Path("/run/boxd/boxd.sock")
    assert config.box.state_dir == Path("/var/lib/boxd")
    assert not config.simulation.enabled
