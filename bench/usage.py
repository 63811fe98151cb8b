"""What processes take: memory, and bytes that they made the disk write."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Memory:
    """Bytes: `rss` counts shared pages whole; `anonymous` is what a machine can't drop."""

    rss: int
    anonymous: int


def memory(pids: Iterable[int | str]) -> Memory:
    """The sum over the processes."""
    rollups = [_colon_table(Path(f"/proc/{pid}/smaps_rollup")) for pid in pids]
    return Memory(
        sum(rollup["Rss"] for rollup in rollups) * 1024,
        sum(rollup["Anonymous"] for rollup in rollups) * 1024,
    )


def cpu_s(pid: int) -> float:
    """Seconds of processor time that the process has taken, for itself and the kernel."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def written(pid: int) -> int:
    """Bytes that the process made dirty for the disk so far, without the file system's journal."""
    return _colon_table(Path(f"/proc/{pid}/io"))["write_bytes"]


def written_by_main_thread(pid: int) -> int:
    """The same for its main thread alone."""
    return _colon_table(Path(f"/proc/{pid}/task/{pid}/io"))["write_bytes"]


def _colon_table(file: Path) -> dict[str, int]:
    pairs = (line.split(":", 1) for line in file.read_text().splitlines() if ":" in line)
    table = {}
    for name, value in pairs:
        words = value.split()
        if words and words[0].isdigit():
            table[name.strip()] = int(words[0])
    return table
