"""What simulated hardware saw and did, as JSON lines, for checks afterwards."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path


class Trace:
    """A file that is only appended to: one record, one line, one write.

    `t` is CLOCK_MONOTONIC in seconds. Without a path nothing is kept; `copy_to` is an open file
    that gets each record too.
    """

    def __init__(self, path: Path | None, copy_to: int | None = None) -> None:
        self._copy_to = copy_to
        self._file: int | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def write(self, what: str, device: str, *, at: float | None = None, **facts: object) -> None:
        """Append a record of an event at `device`, now or at the time `at`."""
        moment = time.monotonic() if at is None else at
        record = {"t": moment, "what": what, "device": device, **facts}
        line = json.dumps(record).encode() + b"\n"
        for file in (self._file, self._copy_to):
            if file is not None:
                os.write(file, line)

    def close(self) -> None:
        """Write nothing more."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
