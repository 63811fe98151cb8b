"""What the doctor sees of a box, check by check."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from boxd.cli import daemon
from boxd.clock import ClockReading
from boxd.config import Config, load
from boxd.doctor.check import examine, worst
from boxd.doctor.check_context import CheckContext, Daemon, Run
from boxd.doctor.checks import CHECKS
from boxd.doctor.finding import Finding, Grade
from boxd.doctor.programs import output_of
from boxd.errors import ConfigError

ROOT = Path(__file__).parents[2]

GPIO = """\
[box]
id = "box-1"
state_dir = "{state_dir}"

[[devices]]
kind = "gpio"
name = "header"
latches = {{ latch-1 = 17 }}
lamps = {{ standby = 5, success = 6, failure = 13 }}

[devices.matrix]
rows = [20, 21, 22, 23]
columns = [24, 25, 26]
layout = ["1 2 3", "4 5 6", "7 8 9", "Cancel 0 Enter"]

[[bays]]
id = "bay-1"
keypad = "header"
lamps = "header"

[[lockers]]
id = 1
bay = "bay-1"
latch = "header.latch-1"
"""


def context(
    config_file: Path,
    *,
    root: Path = Path("/"),
    wall: datetime | None = None,
    is_synchronised: bool = True,
    run: Run = output_of,
    environment: Mapping[str, str] = os.environ,
    is_root: bool = True,
) -> CheckContext:
    """The box of this configuration, as `boxd doctor` would find it."""
    found: Config | ConfigError
    try:
        found = load(config_file)
    except ConfigError as error:
        found = error
    looked = ClockReading(wall or datetime.now(UTC), "boot", 100.0, is_synchronised)
    asking = Daemon(lambda path: _asked(found, path))
    return CheckContext(config_file, found, asking, looked, run, root, environment, is_root)


def _asked(found: Config | ConfigError, path: str) -> dict[str, Any]:
    assert isinstance(found, Config)
    answer: dict[str, Any] = daemon.get_from(found.socket_file, path, 3)
    return answer


def findings(box: CheckContext, family: str, name: str) -> tuple[Finding, ...]:
    """What this check finds."""
    (check,) = (each for each in CHECKS if (each.family, each.name) == (family, name))
    return examine(check, box).findings


def finding(box: CheckContext, family: str, name: str) -> Finding:
    """The first of the worst that this check finds."""
    found = findings(box, family, name)
    return next(each for each in found if each.grade is worst(found))


def expect(box: CheckContext, family: str, name: str, grade: Grade, *words: str) -> Finding:
    """The finding, which has this grade and says these words, in what was seen or as remedy."""
    found = finding(box, family, name)
    said = f"{found.seen} > {found.remedy}"
    assert found.grade is grade, said
    for word in words:
        assert word in said, said
    assert "this check itself" not in said, said
    assert found.remedy or grade in (Grade.PASSED, Grade.SKIPPED), said
    return found


def by_command(config_file: Path, *before: str) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON of `boxd doctor`; `before` is a program that begins it."""
    line = (*before, sys.executable, "-m", "boxd", "--config", str(config_file), "doctor", "--json")
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def lines_of(found: dict[str, Any], family: str, name: str) -> list[dict[str, str]]:
    """The lines of one check in that JSON."""
    return [each for each in found["checks"] if (each["family"], each["check"]) == (family, name)]


def write(root: Path, path: str, content: str) -> None:
    """Write a file of a tree that stands in for the kernel's."""
    file = root / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)
