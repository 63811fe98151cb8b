"""A newer Debian package that apt knows of."""

from __future__ import annotations

import re
from collections.abc import Iterator

from boxd.doctor.check_context import CheckContext
from boxd.doctor.finding import Finding, Skip, passed, warned


def newer_package(context: CheckContext) -> Iterator[Finding]:
    """What apt would install, as of its last update; no network is asked."""
    told = context.run(("apt-cache", "policy", "boxd")) or ""
    found = dict(re.findall(r"^  (Installed|Candidate): (\S+)$", told, re.M))
    installed, candidate = found.get("Installed", "(none)"), found.get("Candidate", "(none)")
    if "(none)" in (installed, candidate):
        raise Skip("boxd is not installed by apt here")
    if candidate == installed:
        yield passed(f"boxd {installed} is the newest that apt knows of")
    else:
        yield warned(
            f"boxd {candidate} is there, and {installed} installed",
            "sudo apt update && sudo apt install boxd   # when the box may stand still for seconds",
        )
