"""What simulated hardware saw and did, as JSON lines, for checks afterwards."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import structlog

from boxd.computer_trouble import lacking

log = structlog.get_logger("boxd.sim")


class Trace:
    """A file that is only appended to: one record, one line, one write.

    `t` is CLOCK_MONOTONIC in seconds. Without a path nothing is kept; `copy_to` is an open file
    that gets each record too.
    """

    def __init__(self, path: Path | None, copy_to: int | None = None) -> None:
        self._copy_to = copy_to
        self._is_lossy = False  # whether a record was lost; it is logged once
        self._file: int | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def write(self, what: str, device: str, *, at: float | None = None, **facts: object) -> None:
        """Append a record of an event at `device`, now or at the time `at`."""
        moment = time.monotonic() if at is None else at
        record = {"t": moment, "what": what, "device": device, **facts}
        line = json.dumps(record).encode() + b"\n"
        if self._file is not None:
            self._append(self._file, line)
        if self._copy_to is not None:
            os.write(self._copy_to, line)

    def _append(self, file: int, line: bytes) -> None:
        """Keep a whole line or none: a disk that is full is no fault of the simulated device."""
        try:
            written = os.write(file, line)
            if written < len(line):
                os.ftruncate(file, os.fstat(file).st_size - written)
        except OSError as error:
            if not lacking(error):
                raise
            if not self._is_lossy:
                log.warning("trace.lost", why=lacking(error))
            self._is_lossy = True

    def close(self) -> None:
        """Write nothing more."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
