"""boxd as its package installs it, in a layer for a container: no service is started by that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
ARCHITECTURE, PYTHON = "amd64", "3.11"  # those of the booth's plain Debian


def install(layer: Path) -> None:
    """Put a release with its links, and a whole box in simulation, into an empty layer."""
    release = layer / "opt/boxd/releases/under-test"
    release.parent.mkdir(parents=True)
    subprocess.run([ROOT / "install/release", release, ARCHITECTURE, PYTHON], check=True)
    # As an installation does: its services may not write there, and would compile at each start.
    compiling = [sys.executable, "-m", "compileall", "-q", "-j", "2", str(release / "lib")]
    subprocess.run(compiling, check=False, stdout=subprocess.DEVNULL)
    (layer / "opt/boxd/current").symlink_to("releases/under-test")
    subprocess.run([ROOT / "install/links", layer], check=True)
    configuration = layer / "etc/boxd/boxd.toml"
    configuration.parent.mkdir(parents=True)
    configuration.write_text(simulation(), encoding="utf-8")


def simulation() -> str:
    """The shipped simulation, as a box that systemd runs."""
    text = (ROOT / "config/sim.toml").read_text(encoding="utf-8")
    for pattern, line in (
        ('state_dir = "../var/sim"', 'state_dir = "/var/lib/boxd"'),
        ("# own_unit = false", "own_unit = true"),
        ('# socket = "../var/sim/boxd.sock"', 'socket = "/run/boxd/boxd.sock"'),
    ):
        if pattern not in text:
            raise ValueError(f"config/sim.toml has no {pattern!r}")
        text = text.replace(pattern, line)
    return text
