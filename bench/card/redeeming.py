"""What a redemption takes on a slow card, beside one durable commit of plain SQLite there."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench.box import Box
from bench.card.disk import Counted, SlowDisk, slow_disk
from bench.figures import Figure, kib, milliseconds, spread
from bench.progress import tell
from bench.redeeming import LOADING_S, Confirmed, Seen, redeem_all
from bench.size import Size

FLUSH_S = 0.020
_WARM = 3
_COMMITS = 20
_WAL_BYTES = 4 * 2**20


def figures(folder: Path, size: Size) -> Iterator[Figure]:
    """The latencies of `on_card` redemptions, and what reaches the device for each."""
    with slow_disk(folder) as disk:
        tell(f"{size.on_card} redemptions on a disk whose flush takes {FLUSH_S * 1000:.0f} ms")
        box = Box(disk.folder / "box", beside=folder)
        try:
            box.start_and_wait()
            codes = box.issue_codes(size.on_card + _WARM)
            redeem_all(box, codes[:_WARM], loading_s=LOADING_S)
            disk.set_flush(FLUSH_S)
            seen, counted = _redeemed(box, disk, codes[_WARM:])
        finally:
            disk.set_flush(0)
            box.close()
        disk.set_flush(FLUSH_S)
        floor = milliseconds(spread([*_commits(disk.folder / "floor.db")]))
    yield from _latencies(seen, f"one durable commit of plain SQLite: {floor}")
    yield _wear(counted, size.on_card)


def _redeemed(box: Box, disk: SlowDisk, codes: list[str]) -> tuple[Seen, Counted]:
    os.sync()
    before = disk.counted()
    seen = redeem_all(box, codes, loading_s=LOADING_S)
    os.sync()
    return seen, disk.counted().since(before)


def _latencies(seen: Seen, beside: str) -> Iterator[Figure]:
    verdict, unlock = spread(seen.verdict), spread(seen.unlock[Confirmed.BY_HUD])
    yield Figure(
        "Enter bytes in → verdict lamp bytes out, flush 20 ms",
        "p50 under 25 ms, p99 under 60 ms",
        milliseconds(verdict),
        beside,
        verdict.p50 < 0.025 and verdict.p99 < 0.060,
    )
    yield Figure(
        "operator's confirmation by the HUD's POST → unlock bytes out, flush 20 ms",
        "p50 under 45 ms, p99 under 90 ms",
        milliseconds(unlock),
        beside,
        unlock.p50 < 0.045 and unlock.p99 < 0.090,
    )


def _wear(counted: Counted, redemptions: int) -> Figure:
    flushes, written = counted.flushes / redemptions, counted.bytes / redemptions
    return Figure(
        "flushes and bytes at the device, a redemption",
        "at most 6, at most 120 KiB",
        f"{flushes:.1f}, {kib(written)}",
        "",
        flushes <= 6 and written <= 120 * 1024,
    )


def _commits(file: Path) -> Iterator[float]:
    """Seconds of each durable commit in a ready-made write-ahead log."""
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (n)"
        )
        with file.with_name(f"{file.name}-wal").open("r+b") as log:
            log.seek(0, os.SEEK_END)
            log.write(bytes(_WAL_BYTES))
            os.fsync(log.fileno())
        for number in range(_COMMITS):
            began = time.monotonic()
            database.execute("INSERT INTO t VALUES (?)", (number,))
            yield time.monotonic() - began
