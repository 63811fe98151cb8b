"""From the start of a process to ready lamps, beside a bare Temporal server."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from pathlib import Path

from bench import lives
from bench.box import Box
from bench.figures import Figure
from bench.progress import tell
from bench.size import Size


def figures(folder: Path, size: Size) -> Iterator[Figure]:
    """A first start, and warm ones."""
    tell("starts of a bare Temporal server")
    bare = lives.bare_server(folder / "bare", 1 + size.warm_starts)
    tell("first start, and warm starts")
    box = Box(folder / "box")
    try:
        first = box.start_and_wait()
        yield Figure(
            "process start → ready lamps, first start",
            "under 2 s",
            f"{first:.2f} s",
            f"bare `temporal server start-dev`, first: {bare[0]:.2f} s to SERVING",
            first < 2,
        )
        warm = [lives.start_again(box) for _ in range(size.warm_starts)]
    finally:
        box.close()
    yield Figure(
        "process start → ready lamps, warm",
        "under 1 s",
        f"{statistics.median(warm):.2f} s (median of {len(warm)}, worst {max(warm):.2f} s)",
        f"bare server, on its file: {statistics.median(bare[1:]):.2f} s",
        statistics.median(warm) < 1,
    )
