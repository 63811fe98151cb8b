"""Tells how old the locked packages are: lock_ages.py, as `make lock-ages` does.

For each package that has a newer version: both versions, and for how long the lock file has named
the old one. Ends with 1 if one is older than a year: then look at it before a release.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = "requirements-dev.lock"
TOO_OLD_DAYS = 365


def chosen_days_ago() -> dict[str, int]:
    """For how many days the lock file has named each package in its version."""
    blame = subprocess.run(
        ["git", "blame", "--line-porcelain", LOCK],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    found = re.findall(r"^author-time (\d+)$(?:\n[^\t].*)*\n\t([\w.-]+)==", blame, re.M)
    return {_plain(name): int(time.time() - int(at)) // 86400 for at, name in found}


def newer_ones() -> list[tuple[str, str, str]]:
    """Name, version here and newest version of each package that has a newer one."""
    asking = [sys.executable, "-m", "pip", "--disable-pip-version-check", "list"]
    listed = subprocess.run(
        [*asking, "--outdated", "--format=json"], check=True, capture_output=True, text=True
    )
    return [
        (_plain(each["name"]), each["version"], each["latest_version"])
        for each in json.loads(listed.stdout)
    ]


def main() -> int:
    """Print a line for each, the oldest first."""
    ages = chosen_days_ago()
    rows = sorted(
        (-ages[name], name, here, newest) for name, here, newest in newer_ones() if name in ages
    )
    for days, name, here, newest in rows:
        print(f"{name:<28} {here:<16} chosen {-days:>4} days ago; {newest} is there")
    print(f"{len(ages)} packages are locked, {len(rows)} have a newer version: make lock")
    return int(any(-days > TOO_OLD_DAYS for days, *_ in rows))


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main())
