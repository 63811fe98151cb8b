"""What a box that starts does not load: memory while it runs, and time before the keypad."""

from __future__ import annotations

import subprocess
import sys

NOT_AT_THE_START = frozenset({"rich", "pygments", "attr", "pygal", "openpyxl", "PIL", "segno"})
PROGRAM = """
import sys
from boxd.service.lean_structlog import import_structlog
import_structlog()
import boxd.daemon.lifetime, boxd.daemon.startup
print(*sys.modules)
import rich.table
"""


def test_a_box_starts_without_what_only_commands_and_exports_need() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split()) & NOT_AT_THE_START == set()
