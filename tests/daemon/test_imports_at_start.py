"""What a box that starts does not load: memory while it runs, and time before the keypad."""

from __future__ import annotations

import subprocess
import sys

NOT_AT_THE_START = frozenset({"rich", "pygments", "attr", "pygal", "openpyxl", "PIL", "segno"})
# They are more than half of all: a bay takes codes before they are loaded.
NOT_BEFORE_THE_BAYS = frozenset({"temporalio", "jinja2", "starlette", "uvicorn", "boxd.api.table"})
PROGRAM = """
import sys
from boxd.service.lean_structlog import import_structlog
import_structlog()
import boxd.daemon.lifetime, boxd.daemon.startup
print(*sys.modules)
import boxd.daemon.people, boxd.daemon.driving
print(*sys.modules)
import rich.table
"""


def test_a_box_starts_without_what_it_does_not_need_yet() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    before_the_bays, all_of_it = (set(line.split()) for line in done.stdout.splitlines())
    assert before_the_bays & NOT_BEFORE_THE_BAYS == set()
    assert all_of_it & NOT_AT_THE_START == set()
    assert all_of_it >= NOT_BEFORE_THE_BAYS
