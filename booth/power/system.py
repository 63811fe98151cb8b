"""The system that a box boots from: a Debian with boxd installed, put together once."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from booth.container import Container
from booth.installed import ROOT, install

UNITS = 1000  # of each prize: no card runs out of them


def piece(goal: str) -> Path:
    """Where booth/Makefile has a piece: `root`, made if need be, or `where` the image is."""
    making = ["make", "--silent", "--directory", str(ROOT / "booth"), goal]
    return Path(
        subprocess.run(making, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    )


def make_system(debian: Path, folder: Path) -> list[Path]:
    """Make what the package's installation makes; returns the layers, the topmost first."""
    installed, settled = folder / "installed", folder / "settled"
    shutil.rmtree(folder, ignore_errors=True)
    install(installed)
    configuration = installed / "etc/boxd/boxd.toml"
    text = configuration.read_text(encoding="utf-8")
    stocked = re.sub(r"^units = \d+", f"units = {UNITS}", text, flags=re.MULTILINE)
    configuration.write_text(stocked, encoding="utf-8")
    with Container([installed, debian], settled) as container:
        container.boot()
        container.ask("systemd-sysusers")
        container.ask("chown root:boxd /etc/boxd/boxd.toml && chmod 640 /etc/boxd/boxd.toml")
        container.ask("systemctl enable boxd.target")
        container.shut_down()
    return [settled / "changes", installed, debian]
