"""What the package's own scripts do."""

from __future__ import annotations

import subprocess
from pathlib import Path


def test_a_purge_leaves_no_data_also_not_the_screens(tmp_path: Path) -> None:
    for name in ("rm", "systemctl"):
        (tmp_path / name).write_text(f'#!/bin/sh\necho {name} "$@"\n', encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    said = subprocess.run(
        ["/bin/sh", "install/debian/postrm", "purge"],
        check=True,
        capture_output=True,
        text=True,
        env={"PATH": str(tmp_path)},  # no real rm is in reach
    ).stdout
    removed = said.splitlines()[0].removeprefix("rm -rf ").split()
    assert set(removed) == {"/opt/boxd", "/etc/boxd", "/var/lib/boxd", "/var/lib/boxd-kiosk"}
