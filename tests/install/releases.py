"""Releases to upgrade to: the present one with another version, and with what can be wrong."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

NEXT = "9.0.0"
MIGRATION = "lib/common/boxd/ledger/migrations/0900_next_release.sql"
A_MIGRATION = "CREATE TABLE next_release (id INTEGER PRIMARY KEY) STRICT;"
# It takes the ledger over as a start does, and then stands there.
NEVER_READY = """\"\"\"A daemon that never gets ready.\"\"\"

import time

import click

from boxd.cli.context import configuration
from boxd.cli.command_classes import BoxdCommand
from boxd.ledger.database import open_ledger


@click.command("run", cls=BoxdCommand)
def command() -> None:
    open_ledger(configuration().ledger_file).close()
    time.sleep(3600)
"""


def make_releases(present: Path, folder: Path) -> None:
    """Make each kind of next release from the present one."""
    for name, change in KINDS.items():
        release = folder / name
        shutil.copytree(present, release, symlinks=True, copy_function=_link)
        _replace(release / "VERSION", f"{NEXT}\n")
        _replace(release / "DIGEST", f"{name}\n")
        _edit(release / "lib/common/boxd/__init__.py", r'(?<=__version__ = ")[^"]+', NEXT)
        change(release)


def _good(release: Path) -> None:
    _replace(release / MIGRATION, A_MIGRATION)


def _can_not_migrate(release: Path) -> None:
    _replace(release / MIGRATION, "INSERT INTO no_such_table VALUES (1);")


def _never_ready(release: Path) -> None:
    _good(release)
    _replace(release / "lib/common/boxd/cli/run.py", NEVER_READY)


def _decides_otherwise(release: Path) -> None:
    """Its redemptions sleep before anything else: no open one replays."""
    _edit(
        release / "lib/common/boxd/workflows/redemption/workflow.py",
        r"(?m)^(    async def run\(.*?\) -> .*?:\n)",
        r"\1        await workflow.sleep(1)\n",
    )


KINDS: dict[str, Callable[[Path], None]] = {
    "good": _good,
    "can-not-migrate": _can_not_migrate,
    "never-ready": _never_ready,
    "decides-otherwise": _decides_otherwise,
}


def _link(source: str, target: str) -> None:
    Path(target).hardlink_to(source)


def _replace(file: Path, text: str) -> None:
    file.unlink(missing_ok=True)  # it may be a link to the present release's own
    file.write_text(text, encoding="utf-8")


def _edit(file: Path, pattern: str, line: str) -> None:
    text, changed = re.subn(pattern, line, file.read_text(encoding="utf-8"), count=1)
    assert changed, f"{file} has nothing like {pattern!r}"
    _replace(file, text)
