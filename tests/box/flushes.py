"""A booth whose flushes to the disk are counted, each with its moment, by strace."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.box.booth import Booth, Json

_FLUSH = re.compile(r"^\d+ +([\d.]+) f(?:data)?sync\(\d+<[^>]*/([^/>]+)>", re.M)


class FlushedBooth(Booth):
    """A booth under strace."""

    def __init__(
        self, folder: Path, settings: Sequence[tuple[str, str]], made_before: Path
    ) -> None:
        self._calls = folder / "flushes.txt"
        watched = "trace=fsync,fdatasync,sync,syncfs,sync_file_range,msync"
        # -D: strace stands aside, so that the process that is started is the daemon itself.
        launcher = ["strace", "-D", "-f", "-qq", "-y", "-ttt", "--seccomp-bpf", "-o"]
        launcher += [str(self._calls), "-e", watched]
        super().__init__(folder, settings, made_before, launcher=launcher)

    def flushes(self, since: float, until: float) -> list[str]:
        """The files that were flushed between two moments of time.monotonic(), each each time."""
        ahead = time.time() - time.monotonic()
        found = _FLUSH.findall(self._calls.read_text())
        return [name for moment, name in found if since < float(moment) - ahead < until]

    def moment(self, since: float, **record: Any) -> float:
        """When the hardware trace has such a line, after a moment."""
        return next(
            float(line["t"]) for line in self.trace() if line["t"] > since and _has(line, record)
        )


def _has(line: Json, record: Json) -> bool:
    return all(line.get(key) == value for key, value in record.items())
