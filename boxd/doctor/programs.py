"""Running a small system program for its output."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

_WITHIN_S = 5.0


def output_of(command: Sequence[str]) -> str | None:
    """The program's output; None if it is not installed, fails or takes too long."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C", "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin"},
            timeout=_WITHIN_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode(errors="replace").strip()
