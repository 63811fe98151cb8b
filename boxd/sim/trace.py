"""What simulated hardware saw and did, as JSON lines, for those who check boxd afterwards."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path


class Trace:
    """A file that is only appended to: one record, one line, one write.

    `t` is CLOCK_MONOTONIC in seconds. Without a path nothing is written.
    """

    def __init__(self, path: Path | None) -> None:
        self._file = -1
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def write(self, what: str, device: str, *, at: float | None = None, **facts: object) -> None:
        """Append a record of what happened at `device`, now or at the time `at`."""
        if self._file < 0:
            return
        moment = time.monotonic() if at is None else at
        record = {"t": moment, "what": what, "device": device, **facts}
        os.write(self._file, json.dumps(record).encode() + b"\n")

    def close(self) -> None:
        """Write nothing more."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
